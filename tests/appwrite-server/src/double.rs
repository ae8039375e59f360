//! Doubles, as PHP gives them to the database.

use serde_json::{Number, Value};

/// A double as a row keeps it: 14 digits of the written ones.
pub fn kept(value: &Value) -> Value {
    rounded(value, |number| format!("{number:.13e}"))
}

/// A double as a filter has it: with 17 decimals.
pub fn bound(value: &Value) -> Value {
    rounded(value, |number| format!("{number:.17}"))
}

fn rounded(value: &Value, text: impl Fn(f64) -> String) -> Value {
    let number = value.as_f64().filter(|_| value.is_f64());
    let number = number.and_then(|number| text(number).parse().ok());
    let number = number.and_then(Number::from_f64);
    number.map_or_else(|| value.clone(), Value::Number)
}
