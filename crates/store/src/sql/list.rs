//! Many rows, or many values, as one value.
//!
//! A statement with the values of every row has another text for each number of rows: all of them
//! have to be made by the component and prepared by the database. With the rows as a JSON array
//! there is one text, and one value to hand over.

use serde::ser::{Error, Serialize, SerializeSeq, Serializer};
use serde_json::Value;

use super::Timed;
use crate::bind::Bind;
use crate::driver::SqlValue;

/// Rows of so many values each as a JSON array of arrays, in which the time of the commit is `true`; None when JSON
/// can't carry one of the values to the database and back to itself.
pub(crate) fn rows(values: &[Bind], width: usize) -> Option<SqlValue> {
    let rows: Vec<Row<'_>> = values.chunks_exact(width).map(Row).collect();
    serde_json::to_string(&rows).ok().map(SqlValue::Text)
}

/// Values as a JSON array; None when JSON can't carry one of them to the database and back to itself. A text with U+0000
/// is left out: no column has one.
pub(super) fn values(values: &[Bind]) -> Option<SqlValue> {
    let has_zero =
        |bind: &&Bind| matches!(bind, Bind::Value(SqlValue::Text(text)) if text.contains('\0'));
    let is_time = |bind: &Bind| *bind == Bind::AtCommit;
    if values.iter().any(is_time) {
        return None;
    }
    let values: Vec<Bind> = values.iter().filter(|v| !has_zero(v)).cloned().collect();
    serde_json::to_string(&Row(&values))
        .ok()
        .map(SqlValue::Text)
}

/// The values of such an array.
pub(crate) fn values_of(list: Option<&Bind>) -> Vec<Bind> {
    let Some(Bind::Value(SqlValue::Text(list))) = list else {
        return Vec::new();
    };
    let values: Vec<Value> = serde_json::from_str(list).unwrap_or_default();
    let values = values.into_iter().map(|value| match value {
        Value::String(text) => SqlValue::Text(text),
        value => value.as_i64().map_or(SqlValue::Null, SqlValue::Integer),
    });
    values.map(Bind::Value).collect()
}

/// At which places of these rows the time of the commit stands.
pub(crate) fn timed(values: &[Bind], width: usize) -> Timed {
    let is_timed = |at: &usize| {
        let mut column = values.iter().skip(*at).step_by(width);
        column.any(|bind| *bind == Bind::AtCommit)
    };
    (0..width).filter(is_timed).collect()
}

struct Row<'a>(&'a [Bind]);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_seq(Some(self.0.len()))?;
        for bind in self.0 {
            match bind {
                Bind::AtCommit => row.serialize_element(&true)?,
                Bind::Value(SqlValue::Null) => row.serialize_element(&())?,
                Bind::Value(SqlValue::Integer(number)) => row.serialize_element(number)?,
                // SQLite ends a text of JSON at U+0000.
                Bind::Value(SqlValue::Text(text)) if !text.contains('\0') => {
                    row.serialize_element(text)?
                }
                // SQLite reads a few decimal fractions as the double beside the nearest.
                Bind::Value(_) => return Err(S::Error::custom("no JSON")),
            }
        }
        row.end()
    }
}
