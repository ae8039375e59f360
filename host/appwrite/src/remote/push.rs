//! Making the changes of a plan.

use std::fmt;
use std::time::{Duration, Instant};

use super::change::{Change, Verb, What};
use super::client::{Client, RemoteError};
use super::plan::Plan;
use super::state;

/// Between two looks at columns in the making: at first, and at most.
const LOOKS: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(2));

/// How far a push is.
#[derive(Debug)]
pub enum Progress<'a> {
    /// A change is about to be made: its number from 1, how many there are, and the change itself.
    Change(usize, usize, &'a Change),
    /// So many columns and indexes of the table are in the making.
    Waiting(&'a str, usize),
}

/// The reason for which a push ended early. The changes made so far stay; another push goes on from there.
#[derive(Debug, PartialEq)]
pub enum PushError {
    /// The server refused a change, or could not be reached.
    Refused(Box<Change>, RemoteError),
    /// The server could not be asked how far it is.
    Asking(RemoteError),
    /// A column or an index was made and doesn't work: `mainDB.messages.idx_a is failed`.
    Failed(String),
    /// Columns or indexes of this table were in the making for longer than the push waits.
    Slow(String),
}

impl fmt::Display for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PushError::Refused(change, error) => write!(f, "{change}\n    {error}"),
            PushError::Asking(error) => error.fmt(f),
            PushError::Failed(what) => f.write_str(what),
            PushError::Slow(table) => {
                write!(
                    f,
                    "columns or indexes of {table} are still in the making; push again to go on"
                )
            }
        }
    }
}

impl std::error::Error for PushError {}

/// Makes the changes, one after the other. Columns and indexes are made in the background by the server, so changes
/// that build on them wait, `patience` at most for each wait.
///
/// # Errors
/// At the first change that can't be made.
pub fn push(
    client: &Client,
    plan: &Plan,
    patience: Duration,
    told: &mut dyn FnMut(Progress<'_>),
) -> Result<(), PushError> {
    let changes = &plan.changes;
    let mut before: Option<&Change> = None;
    for (n, change) in changes.iter().enumerate() {
        if let Some(before) = before.filter(|before| must_wait(before, change)) {
            await_made(client, &before.what, patience, told)?;
        }
        if builds_on(change)
            && before.is_none_or(|before| {
                before.what.table() != change.what.table() || matches!(before.what, What::Table(_))
            })
        {
            // An earlier push may have left things in the making on which this one builds.
            await_made(client, &change.what, patience, told)?;
        }
        told(Progress::Change(n + 1, changes.len(), change));
        let (method, path, body) = change.request();
        let sent = client.send(&method, &path, &body);
        sent.map_err(|error| PushError::Refused(Box::new(change.clone()), error))?;
        before = Some(change);
    }
    if let Some(last) = before {
        await_made(client, &last.what, patience, told)?;
    }
    Ok(())
}

/// Whether it needs other columns of the table to be available.
fn builds_on(change: &Change) -> bool {
    match &change.what {
        What::Index(..) => change.verb == Verb::Create,
        What::Column(..) => change.verb == Verb::Update,
        _ => false,
    }
}

/// Whether both do the same with a column, or both with an index, of the same table.
fn is_same(one: &Change, other: &Change) -> bool {
    one.verb == other.verb
        && one.what.name() == other.what.name()
        && one.what.table() == other.what.table()
}

/// Whether a change's work in the background must have ended before the next change.
fn must_wait(before: &Change, next: &Change) -> bool {
    matches!(before.what, What::Column(..) | What::Index(..)) && !is_same(before, next)
}

/// Waits until the server has made, or deleted, all columns and indexes of a table.
fn await_made(
    client: &Client,
    what: &What,
    patience: Duration,
    told: &mut dyn FnMut(Progress<'_>),
) -> Result<(), PushError> {
    let Some((database, id)) = what.table() else {
        return Ok(());
    };
    let place = format!("{database}.{id}");
    let (since, mut pause) = (Instant::now(), LOOKS.0);
    loop {
        let table = match state::table(client, database, id) {
            // It was deleted.
            Err(error) if error.status == Some(404) => return Ok(()),
            table => table.map_err(PushError::Asking)?,
        };
        let columns = table
            .columns
            .iter()
            .map(|column| (&column.key, &column.status));
        let indexes = table
            .indexes
            .iter()
            .map(|index| (&index.key, &index.status));
        let mut making = 0;
        for (key, status) in columns.chain(indexes) {
            match status.as_str() {
                "available" | "" => {}
                "failed" | "stuck" => {
                    let why =
                        format!("{place}.{key} is {status}; --prune {place}.{key} makes it anew");
                    return Err(PushError::Failed(why));
                }
                _ => making += 1,
            }
        }
        if making == 0 {
            return Ok(());
        }
        if since.elapsed() >= patience {
            return Err(PushError::Slow(place));
        }
        told(Progress::Waiting(&place, making));
        std::thread::sleep(pause);
        pause = (pause * 2).min(LOOKS.1);
    }
}
