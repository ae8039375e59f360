//! Conditions on a row that has been read, as SQL decides them: a comparison with NULL is unknown.

use std::cmp::Ordering;

use serde_json::Value;
use whisper_schema::Collection;

use super::record::Record;
use crate::SqlValue;
use crate::filter::Compare;
use crate::sql::{Cond, question};

/// Whether the row meets the condition for sure.
pub(super) fn holds(
    condition: &Cond,
    collection: &Collection,
    record: &Record,
    slots: &[SqlValue],
) -> bool {
    truth(condition, collection, record, slots) == Some(true)
}

/// True, false, or unknown.
fn truth(
    condition: &Cond,
    collection: &Collection,
    record: &Record,
    slots: &[SqlValue],
) -> Option<bool> {
    let of = |column: &str| record.value(collection, column);
    match condition {
        Cond::Compare(column, how, slot) => compared(&of(column), *how, slots.get(*slot)?),
        Cond::Null(column) => Some(of(column) == SqlValue::Null),
        Cond::NotNull(column) => Some(of(column) != SqlValue::Null),
        Cond::In(column, first, count) => {
            let value = of(column);
            let values = slots.iter().skip(*first).take(*count);
            any(values.map(|each| compared(&value, Compare::Eq, each)))
        }
        Cond::Contains(column, slot) => contains(&of(column), slots.get(*slot)?),
        Cond::Matches {
            column, phrases, ..
        } => matches(&of(column), slots.get(*phrases)?),
        // The values were read before, see `among`; and lists were spread.
        Cond::Among { .. } | Cond::Listed(..) => None,
        Cond::And(all) => {
            let mut result = Some(true);
            for each in all {
                match truth(each, collection, record, slots) {
                    Some(true) => {}
                    Some(false) => return Some(false),
                    None => result = None,
                }
            }
            result
        }
        Cond::Or(several) => any(several
            .iter()
            .map(|each| truth(each, collection, record, slots))),
    }
}

fn any(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(false);
    for truth in truths {
        match truth {
            Some(true) => return Some(true),
            Some(false) => {}
            None => result = None,
        }
    }
    result
}

fn compared(value: &SqlValue, how: Compare, with: &SqlValue) -> Option<bool> {
    let order = order(value, with)?;
    Some(match how {
        Compare::Eq => order.is_eq(),
        Compare::Ne => order.is_ne(),
        Compare::Lt => order.is_lt(),
        Compare::Le => order.is_le(),
        Compare::Gt => order.is_gt(),
        Compare::Ge => order.is_ge(),
    })
}

/// The order of two values; unknown with a NULL. Text compares by code point, doubles as a server keeps them.
pub(super) fn order(one: &SqlValue, other: &SqlValue) -> Option<Ordering> {
    match (one, other) {
        (SqlValue::Integer(one), SqlValue::Integer(other)) => Some(one.cmp(other)),
        (SqlValue::Real(one), SqlValue::Real(other)) => kept(*one).partial_cmp(&kept(*other)),
        (SqlValue::Text(one), SqlValue::Text(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

/// A double as a server keeps it: of 14 digits.
fn kept(number: f64) -> f64 {
    format!("{number:.13e}").parse().unwrap_or(number)
}

fn contains(list: &SqlValue, element: &SqlValue) -> Option<bool> {
    let SqlValue::Text(json) = list else {
        return None;
    };
    let elements: Vec<Value> = serde_json::from_str(json).ok()?;
    let same = |each: &Value| match element {
        SqlValue::Text(text) => each.as_str() == Some(text),
        SqlValue::Integer(number) => match each {
            Value::Bool(truth) => i64::from(*truth) == *number,
            each => each.as_i64() == Some(*number),
        },
        SqlValue::Real(number) => each.as_f64() == Some(*number),
        SqlValue::Null | SqlValue::Blob(_) | SqlValue::Texts(_) => false,
    };
    Some(elements.iter().any(same))
}

fn matches(words: &SqlValue, phrases: &SqlValue) -> Option<bool> {
    let (SqlValue::Text(words), SqlValue::Text(phrases)) = (words, phrases) else {
        return None;
    };
    let mut needles = question::parts(phrases).map(question::needle);
    Some(needles.all(|needle| words.contains(&needle)))
}

#[cfg(test)]
mod tests {
    use whisper_schema::Document;
    use whisper_schema::Timestamp;
    use whisper_schema::prelude::Message;

    use super::*;

    #[test]
    fn null_is_neither_true_nor_false() {
        let table = Message::COLLECTION;
        let record = Record {
            id: "m".into(),
            seq: 1,
            revision: 1,
            created: Timestamp::MIN,
            values: vec![SqlValue::Null; table.attributes.len()],
        };
        let slots = [SqlValue::Integer(5), SqlValue::Null];
        let eq = Cond::Compare("editedAt", Compare::Eq, 0);
        let ne = Cond::Compare("editedAt", Compare::Ne, 0);
        let is_null = Cond::Null("editedAt");
        let of = |condition: &Cond| truth(condition, table, &record, &slots);
        for unknown in [&eq, &ne, &Cond::In("editedAt", 0, 2)] {
            assert_eq!(of(unknown), None, "{unknown:?}");
        }
        for (condition, expected) in [
            (Cond::And(vec![eq.clone(), is_null.clone()]), None),
            (Cond::And(vec![eq.clone(), Cond::NEVER]), Some(false)),
            (Cond::Or(vec![eq.clone(), is_null.clone()]), Some(true)),
            (Cond::Or(vec![eq.clone(), Cond::NEVER]), None),
            (Cond::And(Vec::new()), Some(true)),
            (Cond::NotNull("editedAt"), Some(false)),
            (Cond::Compare("_revision", Compare::Lt, 0), Some(true)),
            (Cond::Compare("_revision", Compare::Eq, 1), None),
            (Cond::In("_revision", 0, 2), None),
            (Cond::In("_revision", 0, 1), Some(false)),
        ] {
            assert_eq!(of(&condition), expected, "{condition:?}");
        }
    }
}
