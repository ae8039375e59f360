//! Values on their way into the database.
//!
//! | attribute | column |
//! |---|---|
//! | text, enum, email, url, ip | TEXT |
//! | integer | INTEGER |
//! | double | REAL; never NaN or infinite |
//! | boolean | INTEGER 0 or 1 |
//! | datetime | INTEGER, milliseconds since 1970 |
//! | bytes | BLOB; in PostgreSQL BYTEA |
//! | list | TEXT, a JSON array; datetimes in it are milliseconds |

use serde_json::{Map, Value};
use whisper_schema::{Attribute, Collection, Kind, Rule, Timestamp, Violation, from_hex};

use crate::bind::Bind;
use crate::columns::violation;
pub(crate) use crate::columns::{ID, REVISION, SEQ, is_nullable, is_text};
use crate::driver::SqlValue;

/// A value to compare a column with.
pub(crate) fn operand(
    collection: &Collection,
    column: &str,
    value: &Value,
) -> Result<Bind, Violation> {
    let wrong = |expected: &str| violation(column, Rule::Type, &format!("must be {expected}"));
    if let Some(attribute) = collection.attribute(column) {
        return scalar(attribute, value);
    }
    match (column, value) {
        (ID | SEQ | REVISION, Value::Null) => Ok(Bind::Value(SqlValue::Null)),
        (ID, Value::String(id)) => Ok(Bind::Value(SqlValue::Text(id.clone()))),
        (ID, _) => Err(wrong("a string")),
        (SEQ | REVISION, value) => match value.as_i64() {
            Some(number) => Ok(Bind::Value(SqlValue::Integer(number))),
            None => Err(wrong("an integer")),
        },
        _ => Err(violation(
            column,
            Rule::Unknown,
            "is no column of the collection",
        )),
    }
}

/// A single value of an attribute: the whole of it, or an element of a list.
pub(crate) fn scalar(attribute: &Attribute, value: &Value) -> Result<Bind, Violation> {
    let found = match (&attribute.kind, value) {
        (_, Value::Null) => Some(SqlValue::Null),
        (Kind::Integer { .. }, value) => value.as_i64().map(SqlValue::Integer),
        (Kind::Double { .. }, value) => value.as_f64().map(SqlValue::Real),
        (Kind::Boolean, Value::Bool(truth)) => Some(SqlValue::Integer((*truth).into())),
        (Kind::Boolean, _) => None,
        (Kind::Datetime, Value::String(text)) if text == Timestamp::AT_COMMIT_TEXT => {
            return Ok(Bind::AtCommit);
        }
        (Kind::Datetime, Value::String(text)) => Timestamp::parse(text)
            .ok()
            .map(|at| SqlValue::Integer(at.as_millis())),
        (Kind::Datetime, _) => None,
        (Kind::Bytes { .. }, Value::String(digits)) => from_hex(digits).map(SqlValue::Blob),
        (Kind::Bytes { .. }, _) => None,
        (_, Value::String(text)) => Some(SqlValue::Text(text.clone())),
        _ => None,
    };
    found.map(Bind::Value).ok_or_else(|| {
        let message = format!("must be of type {}", attribute.kind.as_str());
        violation(attribute.key, Rule::Type, &message)
    })
}

/// The whole value of an attribute.
pub(crate) fn attribute(attribute: &Attribute, value: &Value) -> Result<Bind, Violation> {
    if !attribute.array {
        return scalar(attribute, value);
    }
    let elements = match value {
        Value::Null => &[][..],
        Value::Array(elements) => elements.as_slice(),
        _ => return Err(violation(attribute.key, Rule::Type, "must be a list")),
    };
    let stored = elements
        .iter()
        .enumerate()
        .map(|(i, element)| stored_element(attribute, i, element))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Bind::Value(SqlValue::Text(
        Value::Array(stored).to_string(),
    )))
}

/// An element as it stands in the stored JSON array.
fn stored_element(attribute: &Attribute, i: usize, element: &Value) -> Result<Value, Violation> {
    match scalar(attribute, element) {
        Ok(Bind::Value(SqlValue::Integer(millis))) if attribute.kind == Kind::Datetime => {
            Ok(millis.into())
        }
        Ok(Bind::Value(value)) if value != SqlValue::Null => Ok(element.clone()),
        _ => Err(violation(
            &format!("{}[{i}]", attribute.key),
            Rule::Type,
            "does not fit the list",
        )),
    }
}

/// The values of a document in the order of its table: the id, then each attribute. An attribute it
/// lacks gets the attribute's default, or NULL.
pub(crate) fn document(
    collection: &Collection,
    fields: &Map<String, Value>,
) -> Result<Vec<Bind>, Violation> {
    let id = match fields.get("id") {
        Some(Value::String(id)) => Bind::Value(SqlValue::Text(id.clone())),
        _ => return Err(violation("id", Rule::Required, "is required")),
    };
    let mut binds = Vec::with_capacity(collection.attributes.len() + 1);
    binds.push(id);
    for each in collection.attributes {
        let value = fields.get(each.key).filter(|value| !value.is_null());
        binds.push(match (value, each.default) {
            (Some(value), _) => attribute(each, value)?,
            (None, Some(default)) => attribute(each, &default.to_json())?,
            (None, None) => attribute(each, &Value::Null)?,
        });
    }
    Ok(binds)
}
