//! The way of a statement's rows to a component, which reads them as it likes.

use tokio::sync::{mpsc, oneshot};

use crate::bindings::sqlite::{Error, RowResult};

/// Rows of a result that may wait to be read before the statement waits; Spin's number.
const ROWS_AHEAD: usize = 4;

/// A statement that has started.
pub(crate) struct Started {
    /// Names of the columns.
    pub(crate) columns: Vec<String>,
    /// The rows; the statement goes on when some are read.
    pub(crate) rows: mpsc::Receiver<RowResult>,
    /// Its end.
    pub(crate) end: End,
}

/// The end of a statement.
pub(crate) enum End {
    /// It has ended already.
    Reached(Result<(), Error>),
    /// It has not.
    Awaited(oneshot::Receiver<Result<(), Error>>),
}

/// The receiver of a statement's rows. The component is woken once when everything fits into the rows
/// ahead, which is the case for nearly every statement; otherwise as soon as they are full.
pub(super) enum Sink {
    /// The statement is not prepared yet.
    Waiting(oneshot::Sender<Started>),
    /// Rows are collected; the component has not been told yet.
    Prepared {
        started: oneshot::Sender<Started>,
        columns: Vec<String>,
        sender: mpsc::Sender<RowResult>,
        receiver: mpsc::Receiver<RowResult>,
    },
    /// The component reads.
    Streaming {
        sender: mpsc::Sender<RowResult>,
        end: oneshot::Sender<Result<(), Error>>,
    },
    /// Only while it changes.
    Gone,
}

impl Sink {
    /// The statement can start.
    pub(super) fn prepared(&mut self, columns: Vec<String>) {
        let (sender, receiver) = mpsc::channel(ROWS_AHEAD);
        if let Self::Waiting(started) = std::mem::replace(self, Self::Gone) {
            *self = Self::Prepared {
                started,
                columns,
                sender,
                receiver,
            };
        }
    }

    /// A row; an error when the component has stopped reading.
    pub(super) fn row(&mut self, row: RowResult) -> Result<(), Error> {
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

    /// The end; nothing comes after it.
    pub(super) fn end(self, result: Result<(), Error>) {
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
