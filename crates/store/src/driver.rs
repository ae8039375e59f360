//! The interface that a database must offer to carry the store: connections that run one statement
//! at a time.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

/// A boxed future of this thread.
pub type LocalBoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Opens connections to one database.
pub trait Driver {
    /// The SQL it speaks.
    fn dialect(&self) -> Dialect;

    /// Opens a connection of its own: its transactions aren't shared with any other.
    fn connect(&self) -> LocalBoxFuture<'_, Result<Box<dyn Connection>, DriverError>>;

    /// Waits, letting others of this thread work.
    fn pause(&self, time: Duration) -> LocalBoxFuture<'_, ()>;

    /// How long a writing statement may wait for a lock inside the database: none where that would
    /// keep everybody of this thread waiting.
    fn lock_wait(&self) -> Duration {
        Duration::ZERO
    }

    /// Whether the store keeps connections between statements. Not where the host lends them to all instances: one that
    /// kept its own would have others wait until it ends.
    fn keeps_connections(&self) -> bool {
        true
    }
}

impl<D: Driver + ?Sized> Driver for Rc<D> {
    fn dialect(&self) -> Dialect {
        (**self).dialect()
    }

    fn connect(&self) -> LocalBoxFuture<'_, Result<Box<dyn Connection>, DriverError>> {
        (**self).connect()
    }

    fn pause(&self, time: Duration) -> LocalBoxFuture<'_, ()> {
        (**self).pause(time)
    }

    fn lock_wait(&self) -> Duration {
        (**self).lock_wait()
    }

    fn keeps_connections(&self) -> bool {
        (**self).keeps_connections()
    }
}

/// A connection. Dropping it ends it, and rolls back its open transaction.
pub trait Connection {
    /// Runs one statement and gives all its rows.
    fn execute<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [SqlValue],
    ) -> LocalBoxFuture<'a, Result<Vec<Vec<SqlValue>>, DriverError>>;
}

/// The SQL that a driver speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// SQLite from 3.38 on.
    Sqlite,
    /// PostgreSQL from 14 on.
    Postgres,
}

/// A value as the database keeps it.
#[derive(Clone, Debug, PartialEq)]
pub enum SqlValue {
    /// Nothing.
    Null,
    /// A 64-bit signed integer; also booleans (0, 1) and points in time (milliseconds).
    Integer(i64),
    /// A double.
    Real(f64),
    /// Text, which may hold any character.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
    /// A list of texts, which PostgreSQL alone takes.
    Texts(Vec<Option<String>>),
}

/// The failure of a statement.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum DriverError {
    /// A unique constraint; the columns as `table.column, table.column`.
    Unique(String),
    /// Somebody else holds the lock.
    Busy,
    /// The database can't be reached or can't work: no access, disk full, an I/O error.
    Unavailable(String),
    /// Anything else.
    Other(String),
}

/// Parts of SQLite's messages when the fault is not the statement's.
const UNAVAILABLE: [&str; 8] = [
    "unable to open database",
    "disk I/O error",
    "database or disk is full",
    "readonly database",
    "disk image is malformed",
    "access permission denied",
    "large file support is disabled",
    "out of memory",
];

impl DriverError {
    /// Sorts an error by SQLite's own message: it is all that a component gets to see, so both
    /// drivers go by it and stay equal.
    pub fn from_sqlite(message: &str) -> DriverError {
        if let Some((_, columns)) = message.split_once("UNIQUE constraint failed: ") {
            let end = columns.find(|c: char| !(c.is_alphanumeric() || "_., ".contains(c)));
            let columns = &columns[..end.unwrap_or(columns.len())];
            return DriverError::Unique(columns.trim_end().to_owned());
        }
        if message.contains("is locked") || message.contains("is busy") {
            return DriverError::Busy;
        }
        if UNAVAILABLE.iter().any(|known| message.contains(known)) {
            return DriverError::Unavailable(message.to_owned());
        }
        DriverError::Other(message.to_owned())
    }
}

impl DriverError {
    /// Sorts an error by PostgreSQL's code, SQLSTATE.
    pub fn from_postgres(code: &str, message: &str) -> DriverError {
        match (code, &code[..code.len().min(2)]) {
            // A deadlock or a wait that was too long: none of it was done.
            ("40001" | "40P01" | "55P03" | "57014" | "25P02", _) => DriverError::Busy,
            // The server's table of locks is full for the moment.
            ("53200", _) if message.contains("shared memory") => DriverError::Busy,
            // Read only after another server took over, or a session that did nothing in a transaction.
            ("25006" | "25P03", _) => DriverError::Unavailable(format!("{code}: {message}")),
            // No more connections, no more memory or room on the disk; the server is going down, or the connection is gone.
            (_, "08" | "53" | "57" | "58" | "28" | "3D") => {
                DriverError::Unavailable(format!("{code}: {message}"))
            }
            _ => DriverError::Other(format!("{code}: {message}")),
        }
    }

    /// Whether PostgreSQL named this code.
    pub(crate) fn has_code(&self, code: &str) -> bool {
        matches!(self, DriverError::Other(why) if why.split(':').next() == Some(code))
    }
}

impl fmt::Display for DriverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DriverError::Unique(columns) => write!(f, "not unique: {columns}"),
            DriverError::Busy => f.write_str("locked by another connection"),
            DriverError::Unavailable(why) | DriverError::Other(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for DriverError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_sorted() {
        let unique = |columns: &str| DriverError::Unique(columns.into());
        let cases = [
            (
                "UNIQUE constraint failed: messages._id",
                unique("messages._id"),
            ),
            ("UNIQUE constraint failed: a.b, a.c", unique("a.b, a.c")),
            (
                "Io(\"UNIQUE constraint failed: a.b, a.c\")",
                unique("a.b, a.c"),
            ),
            ("database is locked", DriverError::Busy),
            ("database table is locked: messages", DriverError::Busy),
            (
                "database or disk is full",
                DriverError::Unavailable("database or disk is full".into()),
            ),
            (
                "no such table: x",
                DriverError::Other("no such table: x".into()),
            ),
        ];
        for (message, expected) in cases {
            assert_eq!(DriverError::from_sqlite(message), expected, "{message}");
        }
    }
}
