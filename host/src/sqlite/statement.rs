//! Statements, prepared and run.

use std::ops::{Deref, DerefMut};

use rusqlite::Connection;
use rusqlite::fallible_iterator::FallibleIterator;

use super::sink::Sink;
use super::values::{self, Parameter, io_error};
use crate::bindings::sqlite::{Error, QueryResult, Value};

/// Runs a statement and collects its rows.
pub(super) fn query(
    connection: &Connection,
    statement: &str,
    parameters: &[Value],
) -> Result<QueryResult, Error> {
    let mut statement = Prepared::new(connection, statement).map_err(io_error)?;
    let columns: Vec<String> = names(&statement);
    let parameters = rusqlite::params_from_iter(parameters.iter().map(Parameter));
    let mut cursor = statement.query(parameters).map_err(io_error)?;
    let (mut rows, mut bytes) = (Vec::new(), size_of::<QueryResult>());
    while let Some(row) = cursor.next().map_err(io_error)? {
        let row = values::read_row(row, columns.len()).map_err(io_error)?;
        bytes += values::size(&row);
        if bytes > super::MAX_RESULT_BYTES {
            return Err(values::too_large());
        }
        rows.push(row);
    }
    Ok(QueryResult { columns, rows })
}

/// Runs a statement and hands its rows on one by one.
pub(super) fn stream(
    connection: &Connection,
    statement: &str,
    parameters: &[Value],
    sink: &mut Sink,
) -> Result<(), Error> {
    let mut statement = Prepared::new(connection, statement).map_err(io_error)?;
    let columns: Vec<String> = names(&statement);
    let width = columns.len();
    sink.prepared(columns);
    let parameters = rusqlite::params_from_iter(parameters.iter().map(Parameter));
    let mut cursor = statement.query(parameters).map_err(io_error)?;
    while let Some(row) = cursor.next().map_err(io_error)? {
        let row = values::read_row(row, width).map_err(io_error)?;
        if values::size(&row) > super::MAX_RESULT_BYTES {
            return Err(values::too_large());
        }
        sink.row(row)?;
    }
    Ok(())
}

fn names(statement: &rusqlite::Statement<'_>) -> Vec<String> {
    statement.column_names().map(str::to_owned).collect()
}

/// A prepared statement, from the cache if it stands alone.
enum Prepared<'c> {
    Cached(rusqlite::CachedStatement<'c>),
    First(rusqlite::Statement<'c>),
}

impl<'c> Prepared<'c> {
    /// Prepares the first of several statements, as Spin does; the others are ignored.
    fn new(connection: &'c Connection, text: &str) -> rusqlite::Result<Self> {
        match connection.prepare_cached(text) {
            Ok(statement) => Ok(Self::Cached(statement)),
            Err(rusqlite::Error::MultipleStatement) => rusqlite::Batch::new(connection, text)
                .next()?
                .map(Self::First)
                .ok_or(rusqlite::Error::InvalidQuery),
            Err(e) => Err(e),
        }
    }
}

impl<'c> Deref for Prepared<'c> {
    type Target = rusqlite::Statement<'c>;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Cached(statement) => statement,
            Self::First(statement) => statement,
        }
    }
}

impl DerefMut for Prepared<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        match self {
            Self::Cached(statement) => statement,
            Self::First(statement) => statement,
        }
    }
}
