//! Whether the server takes the values that a batch writes.

use whisper_schema::{Attribute, Kind, Rule};

use crate::SqlValue;
use crate::columns::violation;
use crate::commit::{Lowered, LoweredOp, What};
use crate::error::StoreError;
use crate::sql::{Bind, OnExisting, Set};
use crate::tables::guard::guarded;
use crate::tables::record::{FIRST_MOMENT, LAST_MOMENT};

/// Refuses the values that the server would refuse: the least integer, times before the year 1000 and in the last
/// second, texts that are as long as their column and need a mark besides.
pub(super) fn check(batch: &Lowered) -> Result<(), StoreError> {
    let mut problems = Vec::new();
    for op in &batch.ops {
        for (attribute, slot) in written(op) {
            if let Some(Bind::Value(value)) = op.binds.0.get(slot)
                && let Some((rule, why)) = wrong(attribute, value)
            {
                problems.push(violation(attribute.key, rule, &why));
            }
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(StoreError::Invalid(problems))
    }
}

/// The rule that a value breaks, with a message; none if it fits.
fn wrong(attribute: &Attribute, value: &SqlValue) -> Option<(Rule, String)> {
    match (attribute.kind, value) {
        _ if attribute.array => None,
        (Kind::Integer { .. }, SqlValue::Integer(i64::MIN)) => {
            Some((Rule::Range, format!("must be at least {}", -i64::MAX)))
        }
        (Kind::Datetime, SqlValue::Integer(at)) if !(FIRST_MOMENT..=LAST_MOMENT).contains(at) => {
            let why = "must be from the year 1000 to the last second of 9999";
            Some((Rule::Range, why.to_owned()))
        }
        (Kind::String { size }, SqlValue::Text(text)) => {
            let most = attribute.stored_size.unwrap_or(size) as usize;
            let fits = text.len() < most || guarded(text).chars().count() <= most;
            (!fits).then(|| {
                let why = format!("must be at most {} characters to be stored", most - 1);
                (Rule::Size, why)
            })
        }
        _ => None,
    }
}

/// The attributes that an operation gives values, and where those are.
fn written(op: &LoweredOp) -> Vec<(&'static Attribute, usize)> {
    let table = op.table.0;
    let of_sets = |sets: &[Set]| {
        let values = sets.iter().filter_map(|set| match set {
            Set::Value { column, value } => Some((table.attribute(column)?, *value)),
            Set::Add { .. } => None,
        });
        values.collect::<Vec<_>>()
    };
    match &op.what {
        What::Insert { existing } => {
            let mut all: Vec<_> = table.attributes.iter().zip(1..).collect();
            if let OnExisting::Patch { sets, .. } = existing {
                all.extend(of_sets(sets));
            }
            all
        }
        What::Update { sets, .. } => of_sets(sets),
        What::Delete { .. } | What::DeleteSome { .. } | What::Expect { .. } => Vec::new(),
    }
}
