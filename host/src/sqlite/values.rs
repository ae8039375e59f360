//! Values between SQLite and the component's interface.

use rusqlite::types::{FromSqlError, ToSql, ToSqlOutput, Type, ValueRef};

use crate::bindings::sqlite::{Error, RowResult, Value};

/// A parameter, bound without a copy.
pub(super) struct Parameter<'a>(pub(super) &'a Value);

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Integer(i) => ValueRef::Integer(*i),
            Value::Real(r) => ValueRef::Real(*r),
            Value::Text(t) => ValueRef::Text(t.as_bytes()),
            Value::Blob(b) => ValueRef::Blob(b),
        }))
    }
}

/// Copies a row out. Text that is no UTF-8 is an error: Spin's component traps on it.
pub(super) fn read_row(row: &rusqlite::Row<'_>, columns: usize) -> rusqlite::Result<RowResult> {
    let value = |index| {
        Ok(match row.get_ref(index)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(i) => Value::Integer(i),
            ValueRef::Real(r) => Value::Real(r),
            ValueRef::Blob(b) => Value::Blob(b.to_vec()),
            ValueRef::Text(t) => Value::Text(text(t, index)?),
        })
    };
    Ok(RowResult {
        values: (0..columns)
            .map(value)
            .collect::<Result<_, rusqlite::Error>>()?,
    })
}

fn text(bytes: &[u8], index: usize) -> rusqlite::Result<String> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|e| {
        let cause = Box::new(FromSqlError::other(e));
        rusqlite::Error::FromSqlConversionFailure(index, Type::Text, cause)
    })
}

/// Memory that a row takes, counted as Spin counts it.
pub(super) fn size(row: &RowResult) -> usize {
    let bytes = |value: &Value| match value {
        Value::Text(t) => t.len(),
        Value::Blob(b) => b.len(),
        Value::Null | Value::Integer(_) | Value::Real(_) => 0,
    };
    row.values
        .iter()
        .map(|value| size_of::<Value>() + bytes(value))
        .sum()
}

/// SQLite's own message, as Spin passes it on.
pub(crate) fn io_error(error: impl std::fmt::Display) -> Error {
    Error::Io(error.to_string())
}

pub(super) fn too_large() -> Error {
    Error::Io(format!(
        "query result exceeds limit of {} bytes",
        super::MAX_RESULT_BYTES
    ))
}
