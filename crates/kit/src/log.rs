//! Structured log lines: one JSON object each, on standard error.
//!
//! Never in a line: tokens, keys, passwords, message contents, e-mail addresses. Ids are fine.

use std::fmt;

use serde_json::{Map, Value};

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Something an operator may want to know.
    Info,
    /// Something that mends itself, but should not happen often.
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

/// Writes a line: what happened, to which request, and fields.
#[allow(clippy::print_stderr)]
pub fn write(level: Level, event: &str, request_id: &str, fields: &[(&str, Value)]) {
    let mut line = Map::new();
    line.insert("level".into(), level.as_str().into());
    line.insert("event".into(), event.into());
    if !request_id.is_empty() {
        line.insert("requestId".into(), request_id.into());
    }
    for (name, value) in fields {
        line.insert((*name).to_owned(), value.clone());
    }
    eprintln!("{}", Value::Object(line));
}

/// Something that must not be printed.
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
