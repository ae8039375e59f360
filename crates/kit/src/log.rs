//! Structured log lines: one JSON object each, on standard error.
//!
//! Never in a line: tokens, keys, passwords, message contents, e-mail addresses. Ids are fine.

use std::fmt;
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};
use whisper_schema::Timestamp;
use whisper_schema::body::{At, Field, Limits};

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// News that an operator may want.
    Info,
    /// A fault that mends itself, but should not happen often.
    Warn,
    /// A fault.
    Error,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        }
    }
}

/// Writes a line: the event, the id of its request, and fields.
pub fn write(level: Level, event: &str, request_id: &str, fields: &[(&str, Value)]) {
    let line = line(now(), level, event, request_id, fields);
    // Not `eprintln!`, which panics when standard error is closed: a panic ends every request of
    // the instance.
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn line(
    at: Timestamp,
    level: Level,
    event: &str,
    request_id: &str,
    fields: &[(&str, Value)],
) -> String {
    let mut line = Map::new();
    line.insert("ts".into(), at.to_string().into());
    line.insert("level".into(), level.as_str().into());
    line.insert("event".into(), event.into());
    if !request_id.is_empty() {
        line.insert("requestId".into(), request_id.into());
    }
    for (name, value) in fields {
        line.insert((*name).to_owned(), value.clone());
    }
    Value::Object(line).to_string()
}

fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A value that must not be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps it.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, where it is needed.
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Secret<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

impl<T: Field> Field for Secret<T> {
    fn read(value: &Value, limits: &Limits, at: &mut At<'_, '_>) -> Option<Self> {
        T::read(value, limits, at).map(Self)
    }

    #[cfg(not(target_family = "wasm"))]
    fn schema(limits: &Limits, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::schema(limits, generator)
    }
}

/// In the API document it is described as the value that it wraps.
#[cfg(not(target_family = "wasm"))]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Secret<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_json_object_whatever_is_in_it() {
        let fields = [("cause", Value::from("a \"quote\"\nand a line"))];
        let text = line(
            Timestamp::from_millis(0),
            Level::Error,
            "request_failed",
            "id-1",
            &fields,
        );
        assert!(!text.contains('\n'), "{text}");
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["ts"], "1970-01-01T00:00:00.000Z");
        assert_eq!(read["level"], "error");
        assert_eq!(read["requestId"], "id-1");
        assert_eq!(read["cause"], "a \"quote\"\nand a line");
    }

    #[test]
    fn a_secret_is_never_printed() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(…)");
    }
}
