//! The database files of a data folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::key_value;

/// The file behind the label `default`.
pub fn database_path(data_dir: &Path) -> PathBuf {
    data_dir.join(super::DATABASE_FILE)
}

/// Writes the logs of all database files back into them; called when no component is left.
pub fn checkpoint(data_dir: &Path) -> rusqlite::Result<()> {
    let files = [database_path(data_dir), key_value::database_path(data_dir)];
    for file in files.iter().filter(|file| file.exists()) {
        let connection = rusqlite::Connection::open(file)?;
        connection.busy_timeout(Duration::from_secs(2))?;
        super::keeper::let_go(file);
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    }
    Ok(())
}
