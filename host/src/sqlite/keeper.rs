//! One connection that stays to each file that components have used.
//!
//! When the last connection to a file closes, SQLite writes the log back, syncs and deletes it, and a connection that
//! opens the file meanwhile waits. Components' instances come and go every few hundred milliseconds under load; each
//! such change would cost a request some 10 ms.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

static KEPT: Mutex<BTreeMap<PathBuf, Connection>> = Mutex::new(BTreeMap::new());

/// Takes a connection that its component has given up. Returns it to be closed, unless it is the
/// first to its file.
pub(super) fn keep(path: &Path, connection: Connection) -> Option<Connection> {
    let mut kept = kept();
    // An open transaction would hold its locks.
    if kept.contains_key(path) || !connection.is_autocommit() {
        return Some(connection);
    }
    connection.flush_prepared_statement_cache();
    kept.insert(path.to_owned(), connection);
    None
}

/// Lets a file's last connection be the last; called when no component uses the file any more.
pub(super) fn let_go(path: &Path) {
    let connection = kept().remove(path);
    drop(connection);
}

fn kept() -> MutexGuard<'static, BTreeMap<PathBuf, Connection>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}
