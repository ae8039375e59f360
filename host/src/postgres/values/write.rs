//! Parameters for the server.

use anyhow::{Context, Result};
use tokio_postgres::types::ToSql;

use super::opaque::{Null, Span};
use super::{decimals, ranges, times};
use crate::bindings::postgres::ParameterValue as Value;

/// A parameter as the driver takes it.
pub type Parameter = Box<dyn ToSql + Send + Sync>;

/// Converts all parameters of a statement.
///
/// # Errors
/// When one is no value of its type: a date that isn't in the calendar, a text that is no number, JSON or UUID.
pub fn parameters(values: &[Value]) -> Result<Vec<Parameter>> {
    values.iter().map(parameter).collect()
}

fn parameter(value: &Value) -> Result<Parameter> {
    Ok(match value {
        Value::Boolean(value) => Box::new(*value),
        Value::Int8(value) => Box::new(*value),
        Value::Int16(value) => Box::new(*value),
        Value::Int32(value) => Box::new(*value),
        Value::Int64(value) => Box::new(*value),
        Value::Floating32(value) => Box::new(*value),
        Value::Floating64(value) => Box::new(*value),
        Value::Str(value) => Box::new(value.clone()),
        Value::Binary(value) => Box::new(value.clone()),
        Value::Date(value) => Box::new(times::date(value)?),
        Value::Time(value) => Box::new(times::time(value)?),
        Value::Datetime(value) => Box::new(times::moment(value)?),
        Value::Timestamp(value) => Box::new(times::timestamp(*value)?),
        Value::Uuid(value) => Box::new(uuid(value)?),
        Value::Jsonb(value) => Box::new(json(value)?),
        Value::Decimal(value) => Box::new(decimals::parse(value)?),
        Value::RangeInt32(value) => Box::new(ranges::integers(*value, i32::MAX)?),
        Value::RangeInt64(value) => Box::new(ranges::integers(*value, i64::MAX)?),
        Value::RangeDecimal(value) => Box::new(ranges::decimals(value)?),
        Value::ArrayInt32(values) => Box::new(values.clone()),
        Value::ArrayInt64(values) => Box::new(values.clone()),
        Value::ArrayDecimal(values) => Box::new(decimals::parse_all(values)?),
        Value::ArrayStr(values) => Box::new(values.clone()),
        Value::Interval(value) => Box::new(Span(*value)),
        Value::DbNull => Box::new(Null),
    })
}

fn uuid(text: &str) -> Result<uuid::Uuid> {
    uuid::Uuid::parse_str(text).with_context(|| format!("invalid UUID {text}"))
}

fn json(text: &[u8]) -> Result<serde_json::Value> {
    serde_json::from_slice(text)
        .with_context(|| format!("invalid JSON {}", String::from_utf8_lossy(text)))
}
