//! One connection and the statements that run on it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use tokio::sync::{mpsc, oneshot};

use super::values::{self, Parameter, io_error};
use crate::bindings::sqlite::{Error, QueryResult, RowResult, Value};

/// Rows of a result that may wait to be read before the statement waits; Spin's number.
const ROWS_AHEAD: usize = 4;

/// Prepared statements kept for each connection.
const CACHED_STATEMENTS: usize = 128;

/// A component's connection. Statements run on blocking threads, one at a time.
pub struct Connection(Arc<Shared>);

struct Shared {
    path: PathBuf,
    /// None until the first statement.
    connection: Mutex<Option<rusqlite::Connection>>,
}

/// A statement that has started.
pub(super) struct Started {
    /// Names of the columns.
    pub(super) columns: Vec<String>,
    /// The rows; the statement goes on when some are read.
    pub(super) rows: mpsc::Receiver<RowResult>,
    /// How it ended.
    pub(super) end: End,
}

/// The end of a statement.
pub(super) enum End {
    /// It has ended already.
    Reached(Result<(), Error>),
    /// It has not.
    Awaited(oneshot::Receiver<Result<(), Error>>),
}

impl Connection {
    /// A connection to a file, which is opened at the first statement.
    pub fn new(path: PathBuf) -> Self {
        Self(Arc::new(Shared {
            path,
            connection: Mutex::default(),
        }))
    }

    /// A second handle of the same connection.
    pub(super) fn share(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// Runs a statement to its end and returns all rows.
    pub(super) async fn query(
        self,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<QueryResult, Error> {
        let work = move || self.0.query(&statement, &parameters);
        tokio::task::spawn_blocking(work).await.map_err(io_error)?
    }

    /// Starts a statement and returns once its first rows are there, or its end.
    pub(super) async fn start(
        self,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<Started, Error> {
        let (started, wait) = oneshot::channel();
        tokio::task::spawn_blocking(move || self.0.stream(&statement, &parameters, started));
        wait.await
            .map_err(|_| Error::Io("the statement was interrupted".into()))
    }

    /// Something about the connection that takes no statement.
    pub(super) async fn ask<T: Send + 'static>(
        self,
        question: impl FnOnce(&rusqlite::Connection) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let work = move || {
            self.0
                .open(&mut self.0.lock())
                .map(|connection| question(connection))
        };
        tokio::task::spawn_blocking(work).await.map_err(io_error)?
    }
}

impl Drop for Connection {
    /// Closing the last connection to a file writes its log back, which takes a while.
    fn drop(&mut self) {
        if Arc::strong_count(&self.0) > 1 {
            return;
        }
        let connection = self.0.lock().take();
        if let (Some(connection), Ok(runtime)) = (connection, tokio::runtime::Handle::try_current())
        {
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
            let mut connection = rusqlite::Connection::open(&self.path).map_err(io_error)?;
            connection.authorizer(Some(authorize)).map_err(io_error)?;
            connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
            *slot = Some(connection);
        }
        slot.as_ref()
            .ok_or_else(|| Error::Io("the connection is closed".into()))
    }

    fn query(&self, statement: &str, parameters: &[Value]) -> Result<QueryResult, Error> {
        let mut slot = self.lock();
        let mut statement = self
            .open(&mut slot)?
            .prepare_cached(statement)
            .map_err(io_error)?;
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

    /// Runs a statement as its rows are read. A statement that can't start has no columns and
    /// no rows, and its end is the error, as in Spin.
    fn stream(&self, statement: &str, parameters: &[Value], started: oneshot::Sender<Started>) {
        let mut sink = Sink::Waiting(started);
        let mut slot = self.lock();
        let end = self
            .open(&mut slot)
            .and_then(|connection| run(connection, statement, parameters, &mut sink));
        // The connection is free before the component hears of the end.
        drop(slot);
        sink.end(end);
    }
}

fn run(
    connection: &rusqlite::Connection,
    statement: &str,
    parameters: &[Value],
    sink: &mut Sink,
) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(statement).map_err(io_error)?;
    let columns: Vec<String> = names(&statement);
    let width = columns.len();
    let (sender, receiver) = mpsc::channel(ROWS_AHEAD);
    sink.prepared(columns, sender, receiver);
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
    statement
        .column_names()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// Where a statement's rows go. The component is woken once when everything fits into the rows
/// ahead, which is the case for nearly every statement; otherwise as soon as they are full.
enum Sink {
    Waiting(oneshot::Sender<Started>),
    Prepared {
        started: oneshot::Sender<Started>,
        columns: Vec<String>,
        sender: mpsc::Sender<RowResult>,
        receiver: mpsc::Receiver<RowResult>,
    },
    Streaming {
        sender: mpsc::Sender<RowResult>,
        end: oneshot::Sender<Result<(), Error>>,
    },
    Gone,
}

impl Sink {
    fn prepared(
        &mut self,
        columns: Vec<String>,
        sender: mpsc::Sender<RowResult>,
        receiver: mpsc::Receiver<RowResult>,
    ) {
        if let Self::Waiting(started) = std::mem::replace(self, Self::Gone) {
            *self = Self::Prepared {
                started,
                columns,
                sender,
                receiver,
            };
        }
    }

    fn row(&mut self, row: RowResult) -> Result<(), Error> {
        let gone = || Error::Io("row send error".into());
        let row = match self {
            Self::Prepared { sender, .. } => match sender.try_send(row) {
                Ok(()) => return Ok(()),
                Err(mpsc::error::TrySendError::Full(row)) => {
                    self.start_streaming();
                    row
                }
                Err(mpsc::error::TrySendError::Closed(_)) => return Err(gone()),
            },
            _ => row,
        };
        match self {
            Self::Streaming { sender, .. } => sender.blocking_send(row).map_err(|_| gone()),
            _ => Err(gone()),
        }
    }

    fn start_streaming(&mut self) {
        if let Self::Prepared {
            started,
            columns,
            sender,
            receiver,
        } = std::mem::replace(self, Self::Gone)
        {
            let (end, awaited) = oneshot::channel();
            let start = Started {
                columns,
                rows: receiver,
                end: End::Awaited(awaited),
            };
            // Without a listener the next row finds the channel closed.
            let _ = started.send(start);
            *self = Self::Streaming { sender, end };
        }
    }

    fn end(self, result: Result<(), Error>) {
        match self {
            Self::Waiting(started) => {
                let rows = mpsc::channel(1).1;
                let end = End::Reached(result);
                drop(started.send(Started {
                    columns: Vec::new(),
                    rows,
                    end,
                }));
            }
            Self::Prepared {
                started,
                columns,
                receiver,
                ..
            } => {
                let end = End::Reached(result);
                drop(started.send(Started {
                    columns,
                    rows: receiver,
                    end,
                }));
            }
            Self::Streaming { sender, end } => {
                drop(sender);
                drop(end.send(result));
            }
            Self::Gone => {}
        }
    }
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
