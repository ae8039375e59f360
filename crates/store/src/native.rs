//! The driver for tests and tools: SQLite in the process itself.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{StatementStatus, ToSql, params_from_iter};

use crate::driver::{Connection, Dialect, Driver, DriverError, LocalBoxFuture, SqlValue};

/// A database file, opened by this process.
pub struct NativeDriver {
    path: PathBuf,
    planned_again: Rc<Cell<u32>>,
}

impl NativeDriver {
    /// The database in this file, which is made if it is missing; its folder is not.
    pub fn new(path: impl AsRef<Path>) -> Self {
        NativeDriver {
            path: path.as_ref().to_owned(),
            planned_again: Rc::default(),
        }
    }
}

impl NativeDriver {
    /// How often SQLite planned a statement again that it had in its cache, such as for other values bound to it.
    pub fn planned_again(&self) -> u32 {
        self.planned_again.get()
    }
}

impl Driver for NativeDriver {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn connect(&self) -> LocalBoxFuture<'_, Result<Box<dyn Connection>, DriverError>> {
        Box::pin(async {
            let connection = rusqlite::Connection::open(&self.path).map_err(refused)?;
            // Waiting inside SQLite would block the thread, and with it the task that holds the
            // lock.
            connection.busy_timeout(Duration::ZERO).map_err(refused)?;
            connection.set_prepared_statement_cache_capacity(64);
            let again = Rc::clone(&self.planned_again);
            Ok(Box::new(NativeConnection { connection, again }) as Box<dyn Connection>)
        })
    }

    fn pause(&self, time: Duration) -> LocalBoxFuture<'_, ()> {
        Box::pin(async move {
            std::thread::sleep(time);
            others_first().await;
        })
    }
}

struct NativeConnection {
    connection: rusqlite::Connection,
    again: Rc<Cell<u32>>,
}

impl Connection for NativeConnection {
    fn execute<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [SqlValue],
    ) -> LocalBoxFuture<'a, Result<Vec<Vec<SqlValue>>, DriverError>> {
        Box::pin(async move {
            // A statement is a point where others run, as it is in a component.
            others_first().await;
            self.run(sql, params).map_err(refused)
        })
    }
}

impl NativeConnection {
    fn run(&self, sql: &str, params: &[SqlValue]) -> rusqlite::Result<Vec<Vec<SqlValue>>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.reset_status(StatementStatus::RePrepare);
        let columns = statement.column_count();
        let mut rows = statement.query(params_from_iter(params))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let values = (0..columns).map(|i| row.get::<_, Value>(i).map(SqlValue::from));
            all.push(values.collect::<rusqlite::Result<_>>()?);
        }
        drop(rows);
        let again = statement.get_status(StatementStatus::RePrepare);
        self.again.set(self.again.get() + again.unsigned_abs());
        Ok(all)
    }
}

/// Lets everything else that is ready on this thread run once.
pub(crate) fn others_first() -> Pin<Box<dyn Future<Output = ()>>> {
    let mut waited = false;
    Box::pin(poll_fn(move |context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }))
}

fn refused(error: rusqlite::Error) -> DriverError {
    match &error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => DriverError::from_sqlite(message),
        error => DriverError::from_sqlite(&error.to_string()),
    }
}

impl ToSql for SqlValue {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            SqlValue::Null => ValueRef::Null,
            SqlValue::Integer(number) => ValueRef::Integer(*number),
            SqlValue::Real(number) => ValueRef::Real(*number),
            SqlValue::Text(text) => ValueRef::Text(text.as_bytes()),
            SqlValue::Blob(bytes) => ValueRef::Blob(bytes),
            SqlValue::Texts(_) => ValueRef::Null,
        }))
    }
}

impl From<Value> for SqlValue {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => SqlValue::Null,
            Value::Integer(number) => SqlValue::Integer(number),
            Value::Real(number) => SqlValue::Real(number),
            Value::Text(text) => SqlValue::Text(text),
            Value::Blob(bytes) => SqlValue::Blob(bytes),
        }
    }
}
