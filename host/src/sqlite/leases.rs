//! The leases of jobs in a data folder's database, when a host starts there.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

const HAS_LEASES: &str =
    "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'jobLeases'";
const FREE: &str = r#"UPDATE "jobLeases" SET "holder" = NULL, "until" = NULL, "_revision" = "_revision" + 1 WHERE "holder" IS NOT NULL"#;

/// Gives back the leases that are held: this host alone has the folder, so their holders are runs of one that was killed, and jobs go on at once.
///
/// # Errors
/// The database's.
pub fn free_leases(file: &Path) -> rusqlite::Result<()> {
    if !std::fs::metadata(file).is_ok_and(|found| found.len() > 0) {
        return Ok(());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(Duration::from_secs(2))?;
    let has_leases: i64 = connection.query_row(HAS_LEASES, [], |row| row.get(0))?;
    if has_leases > 0 {
        connection.execute(FREE, [])?;
    }
    Ok(())
}
