//! The look at a database before components are let to it: one that they can't use ends the start.

use std::path::Path;

use anyhow::{anyhow, bail};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};
use whisper_schema::MIGRATIONS;
use whisper_store::UNFINISHED_COPY;

const LAST_MIGRATION: &str = "SELECT max(number) FROM _migrations";
const HAS_MIGRATIONS: &str = "SELECT 1 FROM sqlite_schema WHERE name = '_migrations'";

/// Refuses a file that is no SQLite database, one that a newer version of this program has migrated, or one into which a copy isn't finished. A file that
/// is missing or empty is made into a database by the components.
///
/// # Errors
/// The file can't be used; the message says how to mend it.
pub fn check_usable(file: &Path) -> anyhow::Result<()> {
    if !std::fs::metadata(file).is_ok_and(|found| found.len() > 0) {
        return Ok(());
    }
    let known = MIGRATIONS.iter().map(|migration| migration.number).max();
    let known = known.unwrap_or_default();
    let shown = file.display();
    match last_migration(file) {
        Ok(Some(UNFINISHED_COPY)) => bail!(
            "a copy into {shown} isn't finished: run `whisper store copy` again, or pass --data-dir with another folder"
        ),
        Ok(Some(last)) if last > known => bail!(
            "the database {shown} has migration {last}, and this program knows {known}: a newer version of it \
             wrote it. Start that version, or pass --data-dir with another folder"
        ),
        Ok(_) => Ok(()),
        // Another process is writing to the file, so it is a database.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(()),
        Err(error) => Err(anyhow!(
            "{shown} can't be used as a database ({error}). Bring back a copy of it, move it away, or pass \
             --data-dir with another folder"
        )),
    }
}

/// The number of the last migration, if the file is a database that has any.
fn last_migration(file: &Path) -> rusqlite::Result<Option<u32>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    let has_any: Option<i64> = connection
        .query_row(HAS_MIGRATIONS, [], |row| row.get(0))
        .optional()?;
    match has_any {
        Some(_) => connection.query_row(LAST_MIGRATION, [], |row| row.get(0)),
        None => Ok(None),
    }
}
