//! Many rows as one value.
//!
//! A statement with the values of every row has another text for each number of rows: all of them
//! have to be made by the component and prepared by the database. With the rows as a JSON array
//! there is one text, and one value to hand over.

use serde::ser::{Error, Serialize, SerializeSeq, Serializer};

use crate::SqlValue;

/// Rows of so many values each as a JSON array of arrays; None when JSON can't carry one of the values
/// to the database and back to itself.
pub(crate) fn rows(values: &[SqlValue], width: usize) -> Option<SqlValue> {
    let rows: Vec<Row<'_>> = values.chunks_exact(width).map(Row).collect();
    serde_json::to_string(&rows).ok().map(SqlValue::Text)
}

struct Row<'a>(&'a [SqlValue]);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_seq(Some(self.0.len()))?;
        for value in self.0 {
            match value {
                SqlValue::Null => row.serialize_element(&())?,
                SqlValue::Integer(number) => row.serialize_element(number)?,
                // SQLite ends a text of JSON at U+0000.
                SqlValue::Text(text) if !text.contains('\0') => row.serialize_element(text)?,
                // SQLite reads a few decimal fractions as the double beside the nearest.
                SqlValue::Text(_) | SqlValue::Real(_) | SqlValue::Blob(_) => {
                    return Err(S::Error::custom("no JSON"));
                }
            }
        }
        row.end()
    }
}
