//! The mark of a target whose copy isn't finished: a migration that no program knows. So every version refuses the database.

use whisper_schema::{Collection, Timestamp};

use super::compare::Sums;
use super::side::{Open, Side};
use super::{CopyError, all};
use crate::driver::{Dialect, Driver, DriverError, SqlValue};
use crate::error::StoreError;
use crate::migrate::{self, UNFINISHED_COPY};

/// PostgreSQL's lock of the one who copies into the database, held as long as the connection.
const COPYING: &str = "SELECT CASE WHEN pg_try_advisory_lock(7742907356803) THEN 1::bigint END";

/// Opens the target, and marks it, or finds the mark of a copy of the same source; then the copy goes on, and the second value is true.
pub(super) async fn begin(
    target: &Side,
    source: &str,
    expected: &Sums,
    now: Timestamp,
) -> Result<(Open, bool), CopyError> {
    let open = target.open().await.map_err(CopyError::Target)?;
    if open.dialect() == Dialect::Postgres {
        let alone = open.number(COPYING).await.map_err(CopyError::Target)?;
        if alone.is_none() {
            let why = format!("another copy into {} is under way", target.name());
            return Err(CopyError::Refused(why));
        }
    }
    let mut applied = open.applied().await.map_err(CopyError::Target)?;
    let marked = applied
        .iter()
        .position(|(number, _)| *number == UNFINISHED_COPY)
        .map(|at| applied.remove(at).1);
    let Some(marked) = marked else {
        first(&open, target.name(), source, expected, now).await?;
        return Ok((open, false));
    };
    let missing = migrate::missing(open.migrations(), &applied);
    let is_of_this_version = missing.map_err(CopyError::Target)?.is_empty();
    if marked != expected.whole() || !is_of_this_version {
        return Err(CopyError::Refused(format!(
            "a copy into {} was begun from another source, or from this one before it was changed, or by another version: \
             empty the target, and begin anew",
            target.name()
        )));
    }
    Ok((open, true))
}

/// Makes the tables, and marks a target that is empty. Nothing is done to another one.
async fn first(
    open: &Open,
    target: &str,
    source: &str,
    expected: &Sums,
    now: Timestamp,
) -> Result<(), CopyError> {
    is_empty(open, target).await?;
    open.migrate(now).await.map_err(CopyError::Target)?;
    parts_ahead(open, now).await.map_err(CopyError::Target)?;
    open.lock().await.map_err(CopyError::Target)?;
    // Somebody may have been faster.
    is_empty(open, target).await?;
    let mark = format!(
        "INSERT INTO _migrations (number, name, checksum, applied_at) VALUES ({UNFINISHED_COPY}, $1, $2, {})",
        now.as_millis()
    );
    let values = [format!("copy of {source}"), expected.whole()];
    let marked = open.rows(&mark, &values.map(SqlValue::Text)).await;
    marked.map_err(CopyError::Target)?;
    open.run("COMMIT").await.map_err(CopyError::Target)
}

/// Makes parts ahead on PostgreSQL, for tables that were made long before.
async fn parts_ahead(open: &Open, now: Timestamp) -> Result<(), StoreError> {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    if open.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    for collection in all() {
        let Some(parts) = collection.parts else {
            continue;
        };
        let length = i64::from(parts.days) * DAY;
        let until = now.as_millis() + DAY + 2 * length;
        let id = collection.id;
        let made = format!("SELECT whisper_part_ahead('{id}', {until}, {length})");
        open.number(&made).await?;
    }
    Ok(())
}

/// Refuses a target with documents. Of an older version's tables some are missing.
async fn is_empty(open: &Open, target: &str) -> Result<(), CopyError> {
    for Collection { id, .. } in all() {
        let any = format!("SELECT \"_id\" FROM \"{id}\" LIMIT 1");
        match open.rows(&any, &[]).await {
            Ok(rows) if rows.is_empty() => {}
            Ok(_) => {
                return Err(CopyError::Refused(format!(
                    "{target} isn't empty: it has documents in {id}"
                )));
            }
            Err(StoreError::Internal(_)) => {}
            Err(error) => return Err(CopyError::Target(error)),
        }
    }
    Ok(())
}

/// Takes the mark away, with which the transaction ends that the target was compared in: from here on it is a database like any other.
pub(super) async fn end(target: &Open) -> Result<(), StoreError> {
    let unmark = format!("DELETE FROM _migrations WHERE number = {UNFINISHED_COPY}");
    target.run(&unmark).await?;
    target.run("COMMIT").await
}

/// Whether a copy into the database that this driver reaches isn't finished.
///
/// # Errors
/// When it can't be reached. A database without tables has no mark.
pub async fn is_unfinished(driver: &dyn Driver) -> Result<bool, DriverError> {
    let ask = format!("SELECT number FROM _migrations WHERE number = {UNFINISHED_COPY}");
    let connection = driver.connect().await?;
    match connection.execute(&ask, &[]).await {
        Ok(rows) => Ok(!rows.is_empty()),
        Err(DriverError::Other(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
