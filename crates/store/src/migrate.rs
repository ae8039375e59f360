//! Migrations: numbered, applied once, in one transaction, by the instance that comes first.

use sha2::{Digest, Sha256};
use whisper_schema::ddl::SEPARATOR;
use whisper_schema::{Migration, Timestamp};

use crate::connections::{Connections, Lease, Patience, outage};
use crate::driver::{Dialect, DriverError, SqlValue};
use crate::error::StoreError;

/// The statements of the migrations themselves, in a database's own SQL.
struct Words {
    /// The migrations that are applied already, as one row.
    applied: &'static str,
    begin: &'static str,
    /// Gives a row with 1 if this transaction alone may migrate now; not needed where it is so from its beginning.
    only_one: Option<&'static str>,
    /// The store's own tables.
    create: &'static [&'static str],
    record: &'static str,
    /// After the last migration.
    tidy: Option<&'static str>,
}

/// `_clock` has one row, the latest time that a commit was given.
const SQLITE: Words = Words {
    applied: "SELECT json_group_array(json_array(number, checksum)) FROM (SELECT number, checksum FROM _migrations ORDER BY number) \
              WHERE EXISTS (SELECT 1 FROM _clock)",
    begin: "BEGIN IMMEDIATE",
    only_one: None,
    create: &[
        "CREATE TABLE IF NOT EXISTS _migrations (\
         number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL)",
        "CREATE TABLE IF NOT EXISTS _clock (id INTEGER PRIMARY KEY CHECK (id = 0), at INTEGER NOT NULL)",
        "INSERT OR IGNORE INTO _clock (id, at) VALUES (0, 0)",
    ],
    record: "INSERT INTO _migrations (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
    tidy: None,
};

/// The functions of commits are made anew when they are asked for: those of other versions of the tables go.
const POSTGRES: Words = Words {
    applied: "SELECT coalesce(json_agg(json_build_array(number, checksum))::text, '[]') \
              FROM (SELECT number, checksum FROM _migrations ORDER BY number) AS done",
    begin: "BEGIN",
    only_one: Some("SELECT pg_try_advisory_xact_lock(7742907356800)::int::bigint"),
    create: &[
        "SET LOCAL statement_timeout = 0",
        "CREATE TABLE IF NOT EXISTS _migrations (\
         number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)",
    ],
    record: "INSERT INTO _migrations (number, name, checksum, applied_at) VALUES ($1::bigint, $2::text, $3::text, $4::bigint)",
    tidy: Some(
        "DO $$ DECLARE kept regprocedure; BEGIN \
         FOR kept IN SELECT oid FROM pg_proc WHERE starts_with(proname, 'whisper_commit_') \
         AND pronamespace = current_schema()::regnamespace LOOP \
         EXECUTE 'DROP FUNCTION ' || kept; END LOOP; END $$",
    ),
};

/// PostgreSQL's code for a table that isn't there.
const NO_TABLE: &str = "42P01";

fn words(connections: &Connections) -> &'static Words {
    match connections.dialect() {
        Dialect::Sqlite => &SQLITE,
        Dialect::Postgres => &POSTGRES,
    }
}

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
    let words = words(connections);
    begin(connections, lease, words).await?;
    let applied = match apply_missing(words, lease, migrations, at).await {
        Ok(applied) => applied,
        Err(error) => {
            // A host may hand the connection on to others as it is.
            execute(lease, "ROLLBACK", &[]).await.ok();
            return Err(error);
        }
    };
    execute(lease, "COMMIT", &[]).await?;
    Ok(MigrationReport { applied, version })
}

async fn apply_missing(
    words: &Words,
    lease: &Lease,
    migrations: &[Migration],
    at: Timestamp,
) -> Result<Vec<u32>, StoreError> {
    for create in words.create {
        execute(lease, create, &[]).await?;
    }
    // Somebody may have been faster.
    let done = applied(lease, words).await?;
    let missing = missing(migrations, &done)?;
    for migration in &missing {
        apply(lease, migration, at, words).await?;
    }
    if let Some(tidy) = words.tidy.filter(|_| !missing.is_empty()) {
        execute(lease, tidy, &[]).await?;
    }
    Ok(missing.iter().map(|migration| migration.number).collect())
}

/// Whether nothing is missing; an error if the database isn't this program's.
pub(crate) async fn is_complete(
    connections: &Connections,
    lease: &Lease,
    migrations: &[Migration],
) -> Result<bool, StoreError> {
    let done = applied(lease, words(connections)).await?;
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

async fn begin(connections: &Connections, lease: &Lease, words: &Words) -> Result<(), StoreError> {
    let mut patience = Patience::new();
    loop {
        match lease.execute(words.begin, &[]).await {
            Ok(_) if is_only_one(lease, words).await? => return Ok(()),
            Ok(_) => execute(lease, "ROLLBACK", &[]).await?,
            Err(DriverError::Busy) => {}
            Err(error) => return Err(outage(error)),
        }
        if !patience.wait(connections).await {
            return Err(StoreError::Busy);
        }
    }
}

/// Whether nobody else migrates. It doesn't wait, which would keep a connection from those that have to end first.
async fn is_only_one(lease: &Lease, words: &Words) -> Result<bool, StoreError> {
    let Some(ask) = words.only_one else {
        return Ok(true);
    };
    let rows = lease.execute(ask, &[]).await.map_err(outage)?;
    Ok(rows.first().map(Vec::as_slice) == Some(&[SqlValue::Integer(1)]))
}

async fn apply(
    lease: &Lease,
    migration: &Migration,
    at: Timestamp,
    words: &Words,
) -> Result<(), StoreError> {
    for statement in migration.sql.split(SEPARATOR) {
        let statement = statement.trim().trim_end_matches(';');
        if !statement.is_empty() {
            lease.execute(statement, &[]).await.map_err(|error| {
                let why = format!(
                    "migration {} ({}) fails: {error}",
                    migration.number, migration.name
                );
                StoreError::Internal(why)
            })?;
        }
    }
    let record = [
        SqlValue::Integer(migration.number.into()),
        SqlValue::Text(migration.name.to_owned()),
        SqlValue::Text(checksum(migration.sql)),
        SqlValue::Integer(at.as_millis()),
    ];
    execute(lease, words.record, &record).await
}

async fn execute(lease: &Lease, sql: &str, params: &[SqlValue]) -> Result<(), StoreError> {
    lease.execute(sql, params).await.map(|_| ()).map_err(outage)
}

/// Number and checksum of each migration the database has.
async fn applied(lease: &Lease, words: &Words) -> Result<Vec<(u32, String)>, StoreError> {
    let rows = match lease.execute(words.applied, &[]).await {
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
fn missing<'a>(
    migrations: &'a [Migration],
    done: &[(u32, String)],
) -> Result<Vec<&'a Migration>, StoreError> {
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
