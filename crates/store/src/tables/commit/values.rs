//! Values of rows: their changes, and which of them are unique.

use whisper_schema::{Collection, DefaultValue, IndexKind, Kind};

use super::overlay::Entry;
use crate::SqlValue;
use crate::error::StoreError;
use crate::sql::Set;
use crate::tables::record::{Record, position};

/// The unique indexes of a table, with the positions of their attributes.
pub(super) fn unique_indexes(table: &Collection) -> Vec<(&'static str, Vec<usize>)> {
    let unique = table
        .indexes
        .iter()
        .filter(|index| index.kind == IndexKind::Unique);
    let columns = unique.map(|index| {
        let columns = index.columns.iter();
        let columns = columns.filter_map(|column| position(table, column.attribute));
        (index.key, columns.collect())
    });
    columns.collect()
}

/// The error for a second document with the same unique values.
pub(super) fn conflict(table: &Collection, index: &str) -> StoreError {
    StoreError::Conflict {
        collection: table.id.to_owned(),
        index: index.to_owned(),
    }
}

/// Gives a row values.
pub(super) fn write(entry: &mut Entry, values: impl IntoIterator<Item = (usize, SqlValue)>) {
    let Some(now) = &mut entry.now else { return };
    for (at, value) in values {
        now.values[at] = value;
        entry.set[at] = true;
    }
    now.revision += 1;
    entry.grown += 1;
}

/// Deletes a row.
pub(super) fn remove(entry: &mut Entry) {
    entry.now = None;
    entry.deleted |= entry.before.is_some();
}

/// The new value of an attribute; none if a sum lies out of bounds.
pub(super) fn value(
    set: &Set,
    table: &Collection,
    record: &Record,
    slots: &[SqlValue],
) -> Option<(usize, SqlValue)> {
    match set {
        Set::Value { column, value } => {
            Some((position(table, column)?, slots.get(*value)?.clone()))
        }
        Set::Add {
            column,
            by,
            least,
            greatest,
        } => {
            let at = position(table, column)?;
            let start = match &record.values[at] {
                SqlValue::Null => start(table, at),
                value => value.clone(),
            };
            let bounds = (slots.get(*least)?, slots.get(*greatest)?);
            Some((at, sum(start, slots.get(*by)?, bounds)?))
        }
    }
}

fn sum(start: SqlValue, by: &SqlValue, bounds: (&SqlValue, &SqlValue)) -> Option<SqlValue> {
    match (start, by, bounds) {
        (
            SqlValue::Integer(start),
            SqlValue::Integer(by),
            (SqlValue::Integer(least), SqlValue::Integer(greatest)),
        ) => {
            // The server doesn't take the least integer of 64 bits.
            let sum = start.checked_add(*by).filter(|sum| *sum > i64::MIN)?;
            (least..=greatest)
                .contains(&&sum)
                .then_some(SqlValue::Integer(sum))
        }
        (
            SqlValue::Real(start),
            SqlValue::Real(by),
            (SqlValue::Real(least), SqlValue::Real(greatest)),
        ) => {
            let sum = start + by;
            (*least..=*greatest)
                .contains(&sum)
                .then_some(SqlValue::Real(sum))
        }
        _ => None,
    }
}

/// The number that an attribute without a value counts as when something is added to it: its
/// default, or 0.
fn start(table: &Collection, at: usize) -> SqlValue {
    let attribute = &table.attributes[at];
    match (attribute.kind, attribute.default) {
        (Kind::Double { .. }, Some(DefaultValue::Float(number))) => SqlValue::Real(number),
        (Kind::Double { .. }, Some(DefaultValue::Int(number))) => SqlValue::Real(number as f64),
        (Kind::Double { .. }, _) => SqlValue::Real(0.0),
        (_, Some(DefaultValue::Int(number))) => SqlValue::Integer(number),
        _ => SqlValue::Integer(0),
    }
}
