//! Operators: values that say how a column changes. Text that reads as one is one.

mod apply;
mod check;

use serde_json::{Map, Value};

use crate::refusal::Refusal;
use crate::row::{Field, Fields};

pub use apply::{changed, from_default};
pub use check::fits;

/// The methods of the library.
const METHODS: [&str; 20] = [
    "increment",
    "decrement",
    "multiply",
    "divide",
    "modulo",
    "power",
    "stringConcat",
    "stringReplace",
    "arrayAppend",
    "arrayPrepend",
    "arrayInsert",
    "arrayRemove",
    "arrayUnique",
    "arrayIntersect",
    "arrayDiff",
    "arrayFilter",
    "toggle",
    "dateAddDays",
    "dateSubDays",
    "dateSetNow",
];

/// An operator.
#[derive(Clone, Debug, PartialEq)]
pub struct Operator {
    pub method: String,
    pub values: Vec<Value>,
}

/// Reads the operators among the values of a row; a value whose key begins with `$` is never one.
pub fn parse(data: Map<String, Value>) -> Result<Fields, Refusal> {
    let fields = data.into_iter().map(|(key, value)| {
        let operator = match key.starts_with('$') {
            true => None,
            false => operator(&key, &value)?,
        };
        Ok((key, operator.map_or(Field::Value(value), Field::Operator)))
    });
    fields.collect()
}

fn operator(key: &str, value: &Value) -> Result<Option<Operator>, Refusal> {
    let decoded = match value {
        Value::String(text) => match serde_json::from_str(text) {
            Ok(Value::Object(decoded)) => decoded,
            _ => return Ok(None),
        },
        Value::Object(decoded) => decoded.clone(),
        _ => return Ok(None),
    };
    let method = match decoded.get("method") {
        Some(Value::String(method)) if METHODS.contains(&method.as_str()) => method.clone(),
        _ => return Ok(None),
    };
    let wrong = |why: &str| {
        let message = format!("Invalid operator for attribute \"{key}\": {why}");
        Err(Refusal::bad(message))
    };
    match decoded.get("attribute") {
        None | Some(Value::Null | Value::String(_)) => {}
        Some(_) => return wrong("Invalid operator attribute. Must be a string"),
    }
    let values = match decoded.get("values") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(values)) => values.clone(),
        Some(Value::Object(values)) => values.values().cloned().collect(),
        Some(_) => return wrong("Invalid operator values. Must be an array"),
    };
    Ok(Some(Operator { method, values }))
}
