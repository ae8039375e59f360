//! Errors as components read them.

use tokio_postgres::error::DbError as ServerError;

use crate::bindings::postgres::{DbError, Error, QueryError};

/// A connection that can't be had.
pub(crate) fn connection_failed(text: impl Into<String>) -> Error {
    Error::ConnectionFailed(text.into())
}

/// More handles than an instance may hold.
pub(crate) fn too_many_connections() -> Error {
    connection_failed("too many connections")
}

/// A statement that the server refused, or that never reached it.
pub(super) fn statement_failed(error: tokio_postgres::Error) -> Error {
    let as_text = format!("{error:?}");
    let Some(refusal) = error.as_db_error() else {
        return text_of_query(as_text);
    };
    Error::QueryFailed(QueryError::DbError(DbError {
        as_text,
        severity: refusal.severity().to_owned(),
        code: refusal.code().code().to_owned(),
        message: refusal.message().to_owned(),
        detail: refusal.detail().map(str::to_owned),
        extras: extras(refusal),
    }))
}

/// A statement that failed for a reason that is not the server's.
pub(super) fn text_of_query(text: String) -> Error {
    Error::QueryFailed(QueryError::Text(text))
}

/// The server's other fields, those that it sent.
fn extras(refusal: &ServerError) -> Vec<(String, String)> {
    let number = |value: u32| value.to_string();
    let fields = [
        ("column", refusal.column().map(str::to_owned)),
        ("constraint", refusal.constraint().map(str::to_owned)),
        ("routine", refusal.routine().map(str::to_owned)),
        ("hint", refusal.hint().map(str::to_owned)),
        ("table", refusal.table().map(str::to_owned)),
        ("datatype", refusal.datatype().map(str::to_owned)),
        ("schema", refusal.schema().map(str::to_owned)),
        ("file", refusal.file().map(str::to_owned)),
        ("line", refusal.line().map(number)),
        ("where_", refusal.where_().map(str::to_owned)),
    ];
    let sent = fields.into_iter();
    sent.filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}
