//! Rows as the server has them, and as the rest of the store reads them.
//!
//! In between a row has the values that SQL would have in its columns: numbers for times and booleans, a JSON
//! array for a list. So conditions mean the same, and [`decode`](crate::decode) reads both.

use serde_json::{Map, Number, Value};
use whisper_schema::{Attribute, Collection, Kind, Timestamp};

use super::guard;
use crate::SqlValue;
use crate::encode::{ID, SEQ};
use crate::error::StoreError;
use crate::filter::REVISION;

/// The column that counts a row's changes, beside the attributes.
pub(super) const REVISION_COLUMN: &str = "revision";

/// The first and the last moment that the server takes, in milliseconds: the year 1000, and the last second of 9999.
pub(super) const FIRST_MOMENT: i64 = -30_610_224_000_000;
pub(super) const LAST_MOMENT: i64 = 253_402_300_799_000;

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    pub id: String,
    pub seq: i64,
    pub revision: i64,
    /// When the server made it.
    pub created: Timestamp,
    /// One value for each attribute.
    pub values: Vec<SqlValue>,
}

impl Record {
    /// Reads a row of an answer. Attributes it lacks are NULL: the server may have been asked for a part only.
    pub fn read(collection: &Collection, row: &Value) -> Result<Record, StoreError> {
        let seq = match &row["$sequence"] {
            Value::String(text) => text.parse().unwrap_or_default(),
            other => other.as_i64().unwrap_or_default(),
        };
        let created = row["$createdAt"].as_str().unwrap_or_default();
        let values = collection.attributes.iter().map(|attribute| {
            incoming(attribute, &row[attribute.key]).ok_or_else(|| {
                let (table, key) = (collection.id, attribute.key);
                let kind = attribute.kind.as_str();
                StoreError::Internal(format!(
                    "a row of {table} can't be read: {key} is no {kind}"
                ))
            })
        });
        Ok(Record {
            id: row["$id"].as_str().unwrap_or_default().to_owned(),
            seq,
            revision: row[REVISION_COLUMN].as_i64().unwrap_or(1),
            created: Timestamp::parse(created).unwrap_or(Timestamp::MAX),
            values: values.collect::<Result<_, _>>()?,
        })
    }

    /// The value of a column.
    pub fn value(&self, collection: &Collection, column: &str) -> SqlValue {
        match column {
            ID => SqlValue::Text(self.id.clone()),
            SEQ => SqlValue::Integer(self.seq),
            REVISION => SqlValue::Integer(self.revision),
            _ => position(collection, column)
                .and_then(|at| self.values.get(at).cloned())
                .unwrap_or(SqlValue::Null),
        }
    }

    /// The columns as the statements of the SQL store give them.
    pub fn columns(&self, collection: &Collection) -> Value {
        let mut columns = vec![
            Value::from(self.id.as_str()),
            self.seq.into(),
            self.revision.into(),
        ];
        let attributes = collection.attributes.iter().zip(&self.values);
        columns.extend(attributes.map(|(attribute, value)| match value {
            SqlValue::Null | SqlValue::Blob(_) | SqlValue::Texts(_) => Value::Null,
            SqlValue::Integer(number) => (*number).into(),
            SqlValue::Real(number) => number.to_string().into(),
            SqlValue::Text(text) if attribute.array => {
                serde_json::from_str(text).unwrap_or_default()
            }
            SqlValue::Text(text) => text.as_str().into(),
        }));
        Value::Array(columns)
    }

    /// The attributes as they are sent.
    pub fn data(&self, collection: &Collection) -> Map<String, Value> {
        let attributes = collection.attributes.iter().zip(&self.values);
        let data = attributes
            .map(|(attribute, value)| (attribute.key.to_owned(), outgoing(attribute, value)));
        data.collect()
    }
}

/// The place of an attribute in its collection.
pub(super) fn position(collection: &Collection, column: &str) -> Option<usize> {
    collection
        .attributes
        .iter()
        .position(|attribute| attribute.key == column)
}

/// A value as it is sent.
pub(super) fn outgoing(attribute: &Attribute, value: &SqlValue) -> Value {
    match value {
        SqlValue::Text(json) if attribute.array => {
            let elements = serde_json::from_str::<Vec<Value>>(json).unwrap_or_default();
            let element = |element: Value| match (attribute.kind, element.as_i64()) {
                (Kind::Datetime, Some(millis)) => time(millis),
                _ => element,
            };
            Value::Array(elements.into_iter().map(element).collect())
        }
        _ if attribute.array => Value::Array(Vec::new()),
        value => scalar(attribute, value),
    }
}

/// A single value as it is sent, to be stored or to be compared with.
pub(super) fn scalar(attribute: &Attribute, value: &SqlValue) -> Value {
    match (attribute.kind, value) {
        (_, SqlValue::Null | SqlValue::Blob(_) | SqlValue::Texts(_)) => Value::Null,
        (Kind::Boolean, SqlValue::Integer(number)) => (*number != 0).into(),
        (Kind::Datetime, SqlValue::Integer(millis)) => time(*millis),
        (_, SqlValue::Integer(number)) => (*number).into(),
        (_, SqlValue::Real(number)) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
        (Kind::String { .. }, SqlValue::Text(text)) if !attribute.array => {
            guard::guarded(text).into_owned().into()
        }
        (_, SqlValue::Text(text)) => text.as_str().into(),
    }
}

fn time(millis: i64) -> Value {
    Timestamp::from_millis(millis).to_string().into()
}

fn incoming(attribute: &Attribute, value: &Value) -> Option<SqlValue> {
    if attribute.array {
        let elements = match value {
            Value::Null => &[][..],
            Value::Array(elements) => elements.as_slice(),
            _ => return None,
        };
        let stored = elements.iter().map(|element| match attribute.kind {
            Kind::Datetime => millis(element).map(Value::from),
            _ => Some(element.clone()),
        });
        let stored: Option<Vec<Value>> = stored.collect();
        return stored.map(|list| SqlValue::Text(Value::Array(list).to_string()));
    }
    if value.is_null() {
        return Some(SqlValue::Null);
    }
    match attribute.kind {
        Kind::Integer { .. } => value.as_i64().map(SqlValue::Integer),
        Kind::Double { .. } => value.as_f64().map(SqlValue::Real),
        Kind::Boolean => value.as_bool().map(|truth| SqlValue::Integer(truth.into())),
        Kind::Datetime => millis(value).map(SqlValue::Integer),
        Kind::String { .. } => value
            .as_str()
            .map(|text| SqlValue::Text(guard::plain(text).to_owned())),
        Kind::Enum { .. } | Kind::Email | Kind::Url | Kind::Ip => {
            value.as_str().map(|text| SqlValue::Text(text.to_owned()))
        }
        // No table has any.
        Kind::Bytes { .. } => None,
    }
}

fn millis(value: &Value) -> Option<i64> {
    Timestamp::parse(value.as_str()?)
        .ok()
        .map(Timestamp::as_millis)
}
