//! Migrations: numbered, applied once, in one transaction, by the instance that comes first.

mod at_once;
mod script;

use sha2::{Digest, Sha256};
use whisper_schema::ddl::SEPARATOR;
use whisper_schema::{Migration, Timestamp};

use crate::connections::{Connections, Lease, Patience, outage};
use crate::driver::{Dialect, DriverError, SqlValue};
use crate::error::StoreError;

pub(crate) use script::script;

/// The migrations that are applied already, as one row of SQLite's.
const APPLIED: &str = "SELECT json_group_array(json_array(number, checksum)) FROM (SELECT number, checksum FROM _migrations ORDER BY number) \
     WHERE EXISTS (SELECT 1 FROM _clock)";
/// The store's own tables. `_clock` has one row, the latest time that a commit was given.
const CREATE: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS _migrations (\
     number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS _clock (id INTEGER PRIMARY KEY CHECK (id = 0), at INTEGER NOT NULL)",
    "INSERT OR IGNORE INTO _clock (id, at) VALUES (0, 0)",
];
const RECORD: &str =
    "INSERT INTO _migrations (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)";

/// Number of the migration that marks a database into which a copy isn't finished; its checksum is that of the source.
pub const UNFINISHED_COPY: u32 = 999_999_999;

/// PostgreSQL's code for a table that isn't there.
const NO_TABLE: &str = "42P01";

/// The result of [`Store::migrate`](crate::Store::migrate).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MigrationReport {
    /// Numbers of the migrations applied now.
    pub applied: Vec<u32>,
    /// Number of the database's last migration; 0 for none.
    pub version: u32,
}

/// Applies the migrations that are missing. Two that start at once: the second waits, and finds it
/// done.
pub(crate) async fn run(
    connections: &Connections,
    lease: &Lease,
    migrations: &[Migration],
    at: Timestamp,
) -> Result<MigrationReport, StoreError> {
    let version = migrations
        .iter()
        .map(|migration| migration.number)
        .max()
        .unwrap_or(0);
    if is_complete_at_last(connections, lease, migrations).await? {
        return Ok(MigrationReport {
            applied: Vec::new(),
            version,
        });
    }
    let applied = match connections.dialect() {
        Dialect::Sqlite => one_by_one(connections, lease, migrations, at).await?,
        Dialect::Postgres => at_once::run(connections, lease, migrations, at).await?,
    };
    Ok(MigrationReport { applied, version })
}

async fn one_by_one(
    connections: &Connections,
    lease: &Lease,
    migrations: &[Migration],
    at: Timestamp,
) -> Result<Vec<u32>, StoreError> {
    begin(connections, lease).await?;
    for create in CREATE {
        execute(lease, create, &[]).await?;
    }
    // Somebody may have been faster.
    let done = applied(connections, lease).await?;
    let missing = missing(migrations, &done)?;
    for migration in &missing {
        apply(lease, migration, at).await?;
    }
    execute(lease, "COMMIT", &[]).await?;
    Ok(missing.iter().map(|migration| migration.number).collect())
}

/// Whether nothing is missing; an error if the database isn't this program's.
pub(crate) async fn is_complete(
    connections: &Connections,
    lease: &Lease,
    migrations: &[Migration],
) -> Result<bool, StoreError> {
    let done = applied(connections, lease).await?;
    Ok(missing(migrations, &done)?.is_empty())
}

/// As [`is_complete`], also while somebody has the file for themselves for a moment.
async fn is_complete_at_last(
    connections: &Connections,
    lease: &Lease,
    migrations: &[Migration],
) -> Result<bool, StoreError> {
    let mut patience = Patience::new();
    loop {
        match is_complete(connections, lease, migrations).await {
            Err(StoreError::Busy) if patience.wait(connections).await => {}
            outcome => return outcome,
        }
    }
}

async fn begin(connections: &Connections, lease: &Lease) -> Result<(), StoreError> {
    let mut patience = Patience::new();
    loop {
        match lease.execute("BEGIN IMMEDIATE", &[]).await {
            Ok(_) => return Ok(()),
            Err(DriverError::Busy) if patience.wait(connections).await => {}
            Err(error) => return Err(outage(error)),
        }
    }
}

/// The statements of a migration.
fn statements(migration: &Migration) -> impl Iterator<Item = &'static str> {
    let parts = migration.sql.split(SEPARATOR);
    let statements = parts.map(|statement| statement.trim().trim_end_matches(';'));
    statements.filter(|statement| !statement.is_empty())
}

async fn apply(lease: &Lease, migration: &Migration, at: Timestamp) -> Result<(), StoreError> {
    for statement in statements(migration) {
        lease.execute(statement, &[]).await.map_err(|error| {
            let why = format!(
                "migration {} ({}) fails: {error}",
                migration.number, migration.name
            );
            StoreError::Internal(why)
        })?;
    }
    let record = [
        SqlValue::Integer(migration.number.into()),
        SqlValue::Text(migration.name.to_owned()),
        SqlValue::Text(checksum(migration.sql)),
        SqlValue::Integer(at.as_millis()),
    ];
    execute(lease, RECORD, &record).await
}

async fn execute(lease: &Lease, sql: &str, params: &[SqlValue]) -> Result<(), StoreError> {
    lease.execute(sql, params).await.map(|_| ()).map_err(outage)
}

/// Number and checksum of each migration the database has.
pub(crate) async fn applied(
    connections: &Connections,
    lease: &Lease,
) -> Result<Vec<(u32, String)>, StoreError> {
    let ask = match connections.dialect() {
        Dialect::Sqlite => APPLIED,
        Dialect::Postgres => at_once::APPLIED,
    };
    let rows = match lease.execute(ask, &[]).await {
        Ok(rows) => rows,
        Err(DriverError::Other(why)) if why.contains("no such table") => return Ok(Vec::new()),
        Err(error) if error.has_code(NO_TABLE) => return Ok(Vec::new()),
        Err(error) => return Err(outage(error)),
    };
    match rows.first().and_then(|row| row.first()) {
        Some(SqlValue::Text(json)) => serde_json::from_str(json)
            .map_err(|error| StoreError::Internal(format!("_migrations can't be read: {error}"))),
        other => Err(StoreError::Internal(format!(
            "_migrations can't be read: {other:?}"
        ))),
    }
}

/// The migrations the database lacks; an error if it has others than this program.
pub(crate) fn missing<'a>(
    migrations: &'a [Migration],
    done: &[(u32, String)],
) -> Result<Vec<&'a Migration>, StoreError> {
    if done.iter().any(|(number, _)| *number == UNFINISHED_COPY) {
        let why =
            "a copy into this database isn't finished: run `whisper store copy` again, or empty it";
        return Err(StoreError::Internal(why.to_owned()));
    }
    for (number, recorded) in done {
        match migrations
            .iter()
            .find(|migration| migration.number == *number)
        {
            None => {
                let known = migrations
                    .iter()
                    .map(|migration| migration.number)
                    .max()
                    .unwrap_or(0);
                return Err(StoreError::Internal(format!(
                    "the database has migration {number}, this program knows only {known}: \
                     it is older than the database; start the newer one"
                )));
            }
            Some(migration) if checksum(migration.sql) != *recorded => {
                return Err(StoreError::Internal(format!(
                    "migration {number} ({}) was changed after it was applied: restore it and add a new one",
                    migration.name
                )));
            }
            Some(_) => {}
        }
    }
    let is_done =
        |migration: &&Migration| !done.iter().any(|(number, _)| *number == migration.number);
    let mut missing: Vec<_> = migrations.iter().filter(is_done).collect();
    missing.sort_by_key(|migration| migration.number);
    Ok(missing)
}

/// SHA-256 in hexadecimal.
fn checksum(sql: &str) -> String {
    Sha256::digest(sql.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
