//! The driver for components: SQLite of the host, through `spin:sqlite`.

use std::time::Duration;

use spin_sdk::sqlite;

use crate::driver::{Connection, Dialect, Driver, DriverError, LocalBoxFuture, SqlValue};

/// Statements run on threads of the host, which may wait. SQLite looks for the lock after 1 ms and
/// after 3 ms, more often than a timer of the host could; given more time it would look ever less
/// often, and stand behind others that keep taking it.
const LOCK_WAIT: Duration = Duration::from_millis(3);

/// A database the manifest grants to the component.
pub struct SpinDriver {
    label: String,
}

impl SpinDriver {
    /// The database `default`, which exists without any configuration.
    pub fn new() -> Self {
        SpinDriver::labelled("default")
    }

    /// The database with this label.
    pub fn labelled(label: impl Into<String>) -> Self {
        SpinDriver {
            label: label.into(),
        }
    }
}

impl Default for SpinDriver {
    fn default() -> Self {
        SpinDriver::new()
    }
}

impl Driver for SpinDriver {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn connect(&self) -> LocalBoxFuture<'_, Result<Box<dyn Connection>, DriverError>> {
        Box::pin(async {
            let connection = sqlite::Connection::open(&self.label)
                .await
                .map_err(refused)?;
            Ok(Box::new(SpinConnection { connection }) as Box<dyn Connection>)
        })
    }

    fn pause(&self, time: Duration) -> LocalBoxFuture<'_, ()> {
        Box::pin(spin_sdk::time::sleep(time))
    }

    fn lock_wait(&self) -> Duration {
        LOCK_WAIT
    }
}

struct SpinConnection {
    connection: sqlite::Connection,
}

impl Connection for SpinConnection {
    fn execute<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [SqlValue],
    ) -> LocalBoxFuture<'a, Result<Vec<Vec<SqlValue>>, DriverError>> {
        Box::pin(async move {
            let params = params.iter().cloned().map(sqlite::Value::from);
            let mut result = self
                .connection
                .execute(sql, params)
                .await
                .map_err(refused)?;
            // To the last row, always: with rows unread, the connection's next statement hangs. Where
            // there are no columns there are no rows, and asking for them is a trip to the host.
            let mut rows = Vec::new();
            if !result.columns().is_empty() {
                while let Some(row) = result.next().await {
                    rows.push(row.values.into_iter().map(SqlValue::from).collect());
                }
            }
            result.result().await.map_err(refused)?;
            Ok(rows)
        })
    }
}

fn refused(error: sqlite::Error) -> DriverError {
    match error {
        sqlite::Error::Io(message) => DriverError::from_sqlite(&message),
        sqlite::Error::NoSuchDatabase | sqlite::Error::AccessDenied => DriverError::Unavailable(
            "the component is not granted the database in spin.toml".into(),
        ),
        sqlite::Error::InvalidConnection => {
            DriverError::Unavailable("the connection is gone".into())
        }
        sqlite::Error::DatabaseFull => DriverError::Unavailable("database or disk is full".into()),
    }
}

impl From<SqlValue> for sqlite::Value {
    fn from(value: SqlValue) -> Self {
        match value {
            SqlValue::Null => sqlite::Value::Null,
            SqlValue::Integer(number) => sqlite::Value::Integer(number),
            SqlValue::Real(number) => sqlite::Value::Real(number),
            SqlValue::Text(text) => sqlite::Value::Text(text),
            SqlValue::Blob(bytes) => sqlite::Value::Blob(bytes),
            SqlValue::Texts(_) => sqlite::Value::Null,
        }
    }
}

impl From<sqlite::Value> for SqlValue {
    fn from(value: sqlite::Value) -> Self {
        match value {
            sqlite::Value::Null => SqlValue::Null,
            sqlite::Value::Integer(number) => SqlValue::Integer(number),
            sqlite::Value::Real(number) => SqlValue::Real(number),
            sqlite::Value::Text(text) => SqlValue::Text(text),
            sqlite::Value::Blob(bytes) => SqlValue::Blob(bytes),
        }
    }
}
