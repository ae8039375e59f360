//! Values on their way out of the database: JSON arrays back into documents.

use serde_json::{Map, Number, Value};
use whisper_schema::{Attribute, Collection, Document, Kind, Timestamp};

use crate::SqlValue;
use crate::doc::Doc;
use crate::encode::{ID, SEQ};
use crate::error::StoreError;
use crate::filter::REVISION;

/// A row as read: the columns `_id`, `_seq`, `_revision` and the attributes, decoded.
pub(crate) struct Row {
    pub seq: i64,
    pub revision: i64,
    fields: Map<String, Value>,
}

impl Row {
    /// The value of a column as it stands in a document.
    pub fn value(&self, column: &str) -> Value {
        match column {
            SEQ => self.seq.into(),
            REVISION => self.revision.into(),
            ID => self.fields.get("id").cloned().unwrap_or_default(),
            _ => self.fields.get(column).cloned().unwrap_or_default(),
        }
    }

    /// The row as a typed document.
    pub fn into_doc<D: Document>(self) -> Result<Doc<D>, StoreError> {
        let Row {
            seq,
            revision,
            fields,
        } = self;
        let value = serde_json::from_value(Value::Object(fields))
            .map_err(|error| unreadable(D::COLLECTION, &error.to_string()))?;
        Ok(Doc {
            value,
            revision,
            seq,
        })
    }
}

fn unreadable(collection: &Collection, why: &str) -> StoreError {
    StoreError::Internal(format!("a row of {} can't be read: {why}", collection.id))
}

/// The row of an answer that is NULL or a JSON array.
pub(crate) fn one(collection: &Collection, answer: SqlValue) -> Result<Option<Row>, StoreError> {
    match answer {
        SqlValue::Null => Ok(None),
        SqlValue::Text(json) => {
            let columns = serde_json::from_str(&json)
                .map_err(|error| unreadable(collection, &error.to_string()))?;
            row(collection, columns).map(Some)
        }
        other => Err(unreadable(collection, &format!("the answer is {other:?}"))),
    }
}

/// The rows of an answer that is a JSON array of arrays.
pub(crate) fn many(collection: &Collection, answer: SqlValue) -> Result<Vec<Row>, StoreError> {
    let SqlValue::Text(json) = answer else {
        return Err(unreadable(collection, &format!("the answer is {answer:?}")));
    };
    let rows: Vec<Vec<Value>> =
        serde_json::from_str(&json).map_err(|error| unreadable(collection, &error.to_string()))?;
    rows.into_iter()
        .map(|columns| row(collection, columns))
        .collect()
}

/// The number of an answer.
pub(crate) fn count(answer: SqlValue) -> Result<u64, StoreError> {
    match answer {
        SqlValue::Integer(count) if count >= 0 => Ok(count.unsigned_abs()),
        other => Err(StoreError::Internal(format!("a count is {other:?}"))),
    }
}

fn row(collection: &Collection, columns: Vec<Value>) -> Result<Row, StoreError> {
    let found = columns.len();
    let mut columns = columns.into_iter();
    let (Some(id), Some(seq), Some(revision)) = (
        columns.next(),
        columns.next().as_ref().and_then(Value::as_i64),
        columns.next().as_ref().and_then(Value::as_i64),
    ) else {
        return Err(unreadable(collection, "it lacks its first columns"));
    };
    if found != collection.attributes.len() + 3 {
        return Err(unreadable(collection, &format!("it has {found} columns")));
    }
    let mut fields = Map::new();
    fields.insert("id".to_owned(), id);
    for (attribute, stored) in collection.attributes.iter().zip(columns) {
        if stored.is_null() {
            continue;
        }
        let value = value(attribute, stored).ok_or_else(|| {
            let why = format!("{} is no {}", attribute.key, attribute.kind.as_str());
            unreadable(collection, &why)
        })?;
        fields.insert(attribute.key.to_owned(), value);
    }
    Ok(Row {
        seq,
        revision,
        fields,
    })
}

/// The whole value of an attribute.
fn value(attribute: &Attribute, stored: Value) -> Option<Value> {
    match stored {
        Value::Array(elements) if attribute.array => elements
            .into_iter()
            .map(|element| scalar(&attribute.kind, element))
            .collect(),
        _ if attribute.array => None,
        stored => scalar(&attribute.kind, stored),
    }
}

fn scalar(kind: &Kind, stored: Value) -> Option<Value> {
    match (kind, stored) {
        (Kind::Boolean, Value::Number(number)) => Some((number.as_i64()? != 0).into()),
        (Kind::Datetime, Value::Number(millis)) => {
            Some(Timestamp::from_millis(millis.as_i64()?).to_string().into())
        }
        // Doubles come as text with all their digits: SQLite's JSON would print 15.
        (Kind::Double { .. }, Value::String(text)) => {
            Number::from_f64(text.parse().ok()?).map(Value::Number)
        }
        (Kind::Datetime, _) => None,
        (_, stored) => Some(stored),
    }
}
