//! The driver for components: PostgreSQL through the host, `spin:postgres`.

use std::time::Duration;

use spin_sdk::pg::{self, DbValue, ParameterValue, PgError, QueryError};

use super::with_options;
use crate::driver::{Connection, Dialect, Driver, DriverError, LocalBoxFuture, SqlValue};

/// A database of a PostgreSQL server that the manifest grants to the component.
pub struct PostgresDriver {
    address: String,
}

impl PostgresDriver {
    /// The database at this address, a URL or words as `host=… dbname=…`.
    pub fn new(address: &str) -> Self {
        PostgresDriver {
            address: with_options(address),
        }
    }
}

impl Driver for PostgresDriver {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn connect(&self) -> LocalBoxFuture<'_, Result<Box<dyn Connection>, DriverError>> {
        Box::pin(async {
            let connection = pg::Connection::open(&*self.address).await;
            let connection = connection.map_err(refused)?;
            Ok(Box::new(SpinConnection { connection }) as Box<dyn Connection>)
        })
    }

    fn pause(&self, time: Duration) -> LocalBoxFuture<'_, ()> {
        Box::pin(spin_sdk::time::sleep(time))
    }

    /// The host has 64 connections for all instances of a component, and who asks for one more waits.
    fn keeps_connections(&self) -> bool {
        false
    }
}

struct SpinConnection {
    connection: pg::Connection,
}

impl Connection for SpinConnection {
    fn execute<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [SqlValue],
    ) -> LocalBoxFuture<'a, Result<Vec<Vec<SqlValue>>, DriverError>> {
        Box::pin(async move {
            let params: Vec<ParameterValue> = params.iter().map(ParameterValue::from).collect();
            let mut result = self.connection.query(sql, params).await.map_err(refused)?;
            // To the last row, always: the connection is busy as long as some are unread.
            let mut rows = Vec::new();
            while let Some(row) = result.rows().next().await {
                let values: Result<Vec<SqlValue>, DriverError> =
                    row.into_iter().map(SqlValue::try_from).collect();
                rows.push(values);
            }
            result.result().await.map_err(refused)?;
            rows.into_iter().collect()
        })
    }
}

fn refused(error: pg::Error) -> DriverError {
    let error = match error {
        pg::Error::PgError(error) => error,
        pg::Error::Decode(why) => return DriverError::Other(why),
    };
    match error {
        PgError::ConnectionFailed(why) => DriverError::Unavailable(why),
        PgError::QueryFailed(QueryError::DbError(known)) => {
            DriverError::from_postgres(&known.code, &known.message)
        }
        // Without a code the server said nothing: the connection is gone.
        PgError::QueryFailed(QueryError::Text(why)) => DriverError::Unavailable(why),
        PgError::BadParameter(why) | PgError::ValueConversionFailed(why) | PgError::Other(why) => {
            DriverError::Other(why)
        }
    }
}

impl From<&SqlValue> for ParameterValue {
    fn from(value: &SqlValue) -> Self {
        match value {
            SqlValue::Null => ParameterValue::DbNull,
            // No column has U+0000: it equals none.
            SqlValue::Text(text) if text.contains('\0') => ParameterValue::DbNull,
            SqlValue::Integer(number) => ParameterValue::Int64(*number),
            SqlValue::Real(number) => ParameterValue::Floating64(*number),
            SqlValue::Text(text) => ParameterValue::Str(text.clone()),
            SqlValue::Blob(bytes) => ParameterValue::Binary(bytes.clone()),
            SqlValue::Texts(texts) => ParameterValue::ArrayStr(texts.clone()),
        }
    }
}

impl TryFrom<DbValue> for SqlValue {
    type Error = DriverError;

    fn try_from(value: DbValue) -> Result<Self, DriverError> {
        Ok(match value {
            DbValue::DbNull => SqlValue::Null,
            DbValue::Int64(number) => SqlValue::Integer(number),
            DbValue::Int32(number) => SqlValue::Integer(number.into()),
            DbValue::Boolean(truth) => SqlValue::Integer(truth.into()),
            DbValue::Floating64(number) => SqlValue::Real(number),
            DbValue::Str(text) => SqlValue::Text(text),
            DbValue::Binary(bytes) => SqlValue::Blob(bytes),
            other => {
                return Err(DriverError::Other(format!(
                    "no such value is asked for: {other:?}"
                )));
            }
        })
    }
}
