//! The counters of a database: after a copy all that comes later is behind the documents that were copied, and no earlier in time.

use whisper_schema::Collection;

use super::side::Open;
use super::{CopyError, all};
use crate::columns::SEQ;
use crate::driver::Dialect;
use crate::error::StoreError;

/// The latest time of a commit.
const TIME: [&str; 2] = ["SELECT at FROM _clock", "SELECT last_value FROM _clock"];
/// A place behind all that PostgreSQL has given, also of documents that are gone.
const NEXT: &str =
    "SELECT (pg_snapshot_xmax(pg_current_snapshot())::text::bigint + whisper_offset()) << 14";
/// The number of the oldest transaction that still runs: places of all later ones are above its own.
const OLDEST: &str = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint";

/// Has the target's counters go on behind the source's.
pub(super) async fn go_on(source: &Open, target: &Open) -> Result<(), CopyError> {
    let time = time(source).await.map_err(CopyError::Source)?;
    let newest = newest(source).await.map_err(CopyError::Source)?;
    match target.dialect() {
        Dialect::Sqlite => on_sqlite(target, time, newest).await,
        Dialect::Postgres => on_postgres(target, time, newest).await,
    }
    .map_err(CopyError::Target)
}

async fn time(side: &Open) -> Result<i64, StoreError> {
    let ask = match side.dialect() {
        Dialect::Sqlite => TIME[0],
        Dialect::Postgres => TIME[1],
    };
    Ok(side.number(ask).await?.unwrap_or(0))
}

/// A place that is no earlier than any that was given.
async fn newest(source: &Open) -> Result<i64, StoreError> {
    let given = match source.dialect() {
        Dialect::Sqlite => "SELECT max(seq) FROM sqlite_sequence",
        Dialect::Postgres => NEXT,
    };
    let mut newest = source.number(given).await?.unwrap_or(0);
    for collection in all() {
        let last = format!("SELECT max(\"{SEQ}\") FROM \"{}\"", collection.id);
        newest = newest.max(source.number(&last).await?.unwrap_or(0));
    }
    Ok(newest)
}

async fn on_sqlite(target: &Open, time: i64, newest: i64) -> Result<(), StoreError> {
    target.run("BEGIN IMMEDIATE").await?;
    target
        .run(&format!("UPDATE _clock SET at = {time}"))
        .await?;
    let monotonic = all().filter(|each: &&Collection| each.monotonic);
    for Collection { id, .. } in monotonic {
        let forget = format!("DELETE FROM sqlite_sequence WHERE name = '{id}'");
        target.run(&forget).await?;
        let last = format!("INSERT INTO sqlite_sequence (name, seq) VALUES ('{id}', {newest})");
        target.run(&last).await?;
    }
    target.run("COMMIT").await
}

async fn on_postgres(target: &Open, time: i64, newest: i64) -> Result<(), StoreError> {
    target
        .run(&format!("SELECT setval('_clock', {time})"))
        .await?;
    let oldest = target.number(OLDEST).await?.unwrap_or(0);
    let offset = ((newest >> 14) + 1 - oldest).max(0);
    let set = format!(
        "CREATE OR REPLACE FUNCTION whisper_offset() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE \
         AS $$\n  SELECT {offset}::bigint\n$$"
    );
    target.run(&set).await
}
