//! Whether texts fit with the mark that some of them get.

use whisper_schema::{Attribute, Kind, Rule};

use crate::SqlValue;
use crate::commit::{Lowered, LoweredOp, What};
use crate::error::StoreError;
use crate::sql::cond::violation;
use crate::sql::{Bind, OnExisting, Set};
use crate::tables::guard::guarded;

/// Refuses texts that are as long as their column and need a mark besides.
pub(super) fn check(batch: &Lowered) -> Result<(), StoreError> {
    let mut problems = Vec::new();
    for op in &batch.ops {
        for (attribute, slot) in written(op) {
            let (Kind::String { size }, false) = (attribute.kind, attribute.array) else {
                continue;
            };
            let most = attribute.stored_size.unwrap_or(size) as usize;
            if let Some(Bind::Value(SqlValue::Text(text))) = op.binds.0.get(slot)
                && text.len() >= most
                && guarded(text).chars().count() > most
            {
                let why = format!("must be at most {} characters to be stored", most - 1);
                problems.push(violation(attribute.key, Rule::Size, &why));
            }
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(StoreError::Invalid(problems))
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
