//! One connection and the statements that run on it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization, Wal};
use tokio::sync::oneshot;

use super::held::{Held, Since};
use super::lane::Lane;
use super::sink::{Sink, Started};
use super::values::io_error;
use super::{keeper, statement};
use crate::bindings::sqlite::{Error, QueryResult, Value};
use crate::private_file::create_private;

/// Prepared statements kept for each connection.
const CACHED_STATEMENTS: usize = 128;

/// Pages of the log at which it is written back: SQLite's own default.
const LOG_PAGES: std::ffi::c_int = 1000;

/// A component's connection. Statements run on blocking threads, one at a time.
pub struct Connection(Arc<Shared>);

struct Shared {
    path: PathBuf,
    /// None until the first statement.
    connection: Mutex<Option<rusqlite::Connection>>,
    lane: Lane,
    held: Arc<Held>,
    since: Arc<Since>,
}

impl Connection {
    /// A connection to a file, which is opened at the first statement. How long its transactions last
    /// is told to `held`.
    pub fn new(path: PathBuf, held: Arc<Held>) -> Self {
        Self(Arc::new(Shared {
            path,
            connection: Mutex::default(),
            lane: Lane::default(),
            held,
            since: Arc::default(),
        }))
    }

    /// A second handle of the same connection.
    pub(crate) fn share(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// Runs a statement to its end and returns all rows.
    pub(crate) async fn query(
        self,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<QueryResult, Error> {
        self.run(move |shared, done| {
            let _ = done.send(shared.query(&statement, &parameters));
        })
        .await?
    }

    /// Starts a statement and returns once its first rows are there, or its end.
    pub(crate) async fn start(
        self,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<Started, Error> {
        self.run(move |shared, started| shared.stream(&statement, &parameters, started))
            .await
    }

    /// Asks something of the connection that takes no statement.
    pub(crate) async fn ask<T: Send + 'static>(
        self,
        question: impl FnOnce(&rusqlite::Connection) -> T + Send + 'static,
    ) -> Result<T, Error> {
        self.run(move |shared, done| {
            let _ = done.send(shared.open(&mut shared.lock()).map(question));
        })
        .await?
    }

    async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce(&Shared, oneshot::Sender<T>) + Send + 'static,
    ) -> Result<T, Error> {
        let (done, wait) = oneshot::channel();
        let this = self.share();
        self.0.lane.run(move || work(&this.0, done));
        wait.await
            .map_err(|_| Error::Io("the statement was interrupted".into()))
    }
}

impl Drop for Connection {
    /// Closing takes a while, most of all with a transaction to roll back.
    fn drop(&mut self) {
        if Arc::strong_count(&self.0) > 1 {
            return;
        }
        let closing = self.0.lock().take();
        let closing = closing.and_then(|connection| keeper::keep(&self.0.path, connection));
        if let (Some(connection), Ok(runtime)) = (closing, tokio::runtime::Handle::try_current()) {
            runtime.spawn_blocking(move || drop(connection));
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Option<rusqlite::Connection>> {
        self.connection
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn open<'c>(
        &self,
        slot: &'c mut Option<rusqlite::Connection>,
    ) -> Result<&'c rusqlite::Connection, Error> {
        if slot.is_none() {
            create_private(&self.path).map_err(io_error)?;
            let mut connection = rusqlite::Connection::open(&self.path).map_err(io_error)?;
            connection.authorizer(Some(authorize)).map_err(io_error)?;
            connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
            let since = Arc::clone(&self.since);
            let committed = move |log: &mut Wal, pages| {
                since.released();
                write_back(log, pages)
            };
            connection.wal_hook(Some(committed)).map_err(io_error)?;
            *slot = Some(connection);
        }
        slot.as_ref()
            .ok_or_else(|| Error::Io("the connection is closed".into()))
    }

    /// After a statement: notes whether a transaction is open.
    fn note(&self, connection: &rusqlite::Connection) {
        self.since.note(!connection.is_autocommit(), &self.held);
    }

    fn query(&self, statement: &str, parameters: &[Value]) -> Result<QueryResult, Error> {
        let mut slot = self.lock();
        let connection = self.open(&mut slot)?;
        let result = statement::query(connection, statement, parameters);
        self.note(connection);
        result
    }

    /// Runs a statement as its rows are read. A statement that can't start has no columns and
    /// no rows, and its end is the error, as in Spin.
    fn stream(&self, statement: &str, parameters: &[Value], started: oneshot::Sender<Started>) {
        let mut sink = Sink::Waiting(started);
        let mut slot = self.lock();
        let end = self.open(&mut slot).and_then(|connection| {
            let end = statement::stream(connection, statement, parameters, &mut sink);
            self.note(connection);
            end
        });
        // The connection is free before the component hears of the end.
        drop(slot);
        sink.end(end);
    }
}

/// Writes the log back when it has grown, as SQLite does by itself where no hook is set.
fn write_back(log: &mut Wal, pages: std::ffi::c_int) -> rusqlite::Result<()> {
    if pages >= LOG_PAGES {
        // Pages that can't be written back now are written back after the next commit.
        let _ = log.checkpoint();
    }
    Ok(())
}

/// Refuses to attach other files; temporary and in-memory databases may be attached, as in Spin.
fn authorize(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Attach { filename } if !matches!(filename, "" | ":memory:") => {
            Authorization::Deny
        }
        _ => Authorization::Allow,
    }
}
