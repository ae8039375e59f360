//! A database that is copied, or copied into.

use std::rc::Rc;

use whisper_schema::{Collection, Kind, MIGRATIONS, Migration, POSTGRES_MIGRATIONS};

use super::{CopyError, all};
use crate::columns::{ID, REVISION, SEQ};
use crate::connections::{Connections, Lease, Patience, Sync, outage};
use crate::driver::{Dialect, Driver, DriverError, SqlValue};
use crate::error::StoreError;
use crate::migrate;

/// Settings of PostgreSQL's for a session that reads or writes all there is.
const PATIENT: [&str; 2] = [
    "SET statement_timeout = 0",
    "SET idle_in_transaction_session_timeout = 0",
];

/// A database, and how messages call it.
pub struct Side {
    driver: Rc<dyn Driver>,
    name: String,
}

impl Side {
    /// The database that this driver reaches. Its name stands in messages, and in the target while a copy isn't finished: without a password.
    pub fn new(driver: impl Driver + 'static, name: impl Into<String>) -> Side {
        Side {
            driver: Rc::new(driver),
            name: name.into(),
        }
    }

    /// How messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A connection that may write.
    pub(super) async fn open(&self) -> Result<Open, StoreError> {
        let connections = Connections::new(Rc::clone(&self.driver), Sync::Disk);
        let pass = connections.writing.enter().await;
        let lease = connections.writer(pass).await.map_err(outage)?;
        Open::new(connections, lease).await
    }

    /// A connection that reads, and keeps everybody from writing until it ends.
    pub(super) async fn locked(&self) -> Result<Open, CopyError> {
        let open = self.reading().await.map_err(CopyError::Source)?;
        let applied = open.applied().await.map_err(CopyError::Source)?;
        let missing = migrate::missing(open.migrations(), &applied);
        if !missing.map_err(CopyError::Source)?.is_empty() {
            let name = &self.name;
            return Err(CopyError::Refused(format!(
                "{name} has no tables of this version: run `whisper migrate` on it first"
            )));
        }
        open.lock().await.map_err(|error| match error {
            StoreError::Busy => CopyError::Refused(format!(
                "somebody is writing to {}: stop all its hosts first",
                self.name
            )),
            error => CopyError::Source(error),
        })?;
        Ok(open)
    }

    async fn reading(&self) -> Result<Open, StoreError> {
        let connections = Connections::new(Rc::clone(&self.driver), Sync::Disk);
        let lease = connections.reader().await.map_err(outage)?;
        Open::new(connections, lease).await
    }
}

/// A connection to a side.
pub(super) struct Open {
    connections: Connections,
    lease: Lease,
}

impl Open {
    async fn new(connections: Connections, lease: Lease) -> Result<Open, StoreError> {
        let open = Open { connections, lease };
        if open.dialect() == Dialect::Postgres {
            for setting in PATIENT {
                open.run(setting).await?;
            }
        }
        Ok(open)
    }

    /// The SQL that it speaks.
    pub fn dialect(&self) -> Dialect {
        self.connections.dialect()
    }

    /// The migrations that it must have.
    pub fn migrations(&self) -> &'static [Migration] {
        match self.dialect() {
            Dialect::Sqlite => MIGRATIONS,
            Dialect::Postgres => POSTGRES_MIGRATIONS,
        }
    }

    /// The migrations that it has, with their checksums.
    pub async fn applied(&self) -> Result<Vec<(u32, String)>, StoreError> {
        migrate::applied(&self.connections, &self.lease).await
    }

    /// Applies the migrations that it lacks.
    pub async fn migrate(&self, at: whisper_schema::Timestamp) -> Result<(), StoreError> {
        let migrations = self.migrations();
        migrate::run(&self.connections, &self.lease, migrations, at).await?;
        // Those set it back.
        if self.dialect() == Dialect::Postgres {
            self.run(PATIENT[0]).await?;
        }
        Ok(())
    }

    /// Begins a transaction in which nobody else writes to any collection.
    pub async fn lock(&self) -> Result<(), StoreError> {
        let mut patience = Patience::new();
        loop {
            match self.try_lock().await {
                Err(DriverError::Busy) => {
                    self.lease.execute("ROLLBACK", &[]).await.ok();
                    if !patience.wait(&self.connections).await {
                        return Err(StoreError::Busy);
                    }
                }
                outcome => return outcome.map_err(outage),
            }
        }
    }

    async fn try_lock(&self) -> Result<(), DriverError> {
        if self.dialect() == Dialect::Sqlite {
            self.lease.execute("BEGIN IMMEDIATE", &[]).await?;
            return Ok(());
        }
        let tables: Vec<String> = all().map(|each| format!("\"{}\"", each.id)).collect();
        let lock = format!("LOCK TABLE {} IN SHARE MODE", tables.join(", "));
        self.lease.execute("BEGIN", &[]).await?;
        self.lease.execute(&lock, &[]).await?;
        Ok(())
    }

    /// Runs a statement that gives nothing.
    pub async fn run(&self, sql: &str) -> Result<(), StoreError> {
        self.rows(sql, &[]).await.map(|_| ())
    }

    /// Runs a statement, and gives its rows.
    pub async fn rows(
        &self,
        sql: &str,
        params: &[SqlValue],
    ) -> Result<Vec<Vec<SqlValue>>, StoreError> {
        self.lease.execute(sql, params).await.map_err(outage)
    }

    /// The number that a statement gives; none for NULL or no row.
    pub async fn number(&self, sql: &str) -> Result<Option<i64>, StoreError> {
        let rows = self.rows(sql, &[]).await?;
        match rows.first().and_then(|row| row.first()) {
            Some(SqlValue::Integer(number)) => Ok(Some(*number)),
            _ => Ok(None),
        }
    }

    /// The next documents of a collection in the order of their places, each with all its columns; from behind this place on, if there is one.
    pub async fn page(
        &self,
        collection: &Collection,
        behind: Option<i64>,
        most: usize,
    ) -> Result<Vec<Vec<SqlValue>>, StoreError> {
        let (table, columns) = (collection.id, columns(collection).join(", "));
        let behind = behind.map_or(String::new(), |place| format!(" WHERE \"{SEQ}\" > {place}"));
        let sql =
            format!("SELECT {columns} FROM \"{table}\"{behind} ORDER BY \"{SEQ}\" LIMIT {most}");
        self.rows(&sql, &[]).await
    }
}

/// Documents that are read at once, and bytes of theirs where they have some.
const PORTION: usize = 500;
const PORTION_BYTES: usize = 8 * 1024 * 1024;

/// How many documents of a collection are read and written at once.
pub(super) fn at_once(collection: &Collection) -> usize {
    let bytes = collection.attributes.iter().map(|each| match each.kind {
        Kind::Bytes { size } => size as usize,
        _ => 0,
    });
    (PORTION_BYTES / bytes.sum::<usize>().max(1)).clamp(1, PORTION)
}

/// The columns of a collection's table, quoted: the place first, then the id.
pub(super) fn columns(collection: &Collection) -> Vec<String> {
    let own = [SEQ, ID, REVISION].into_iter();
    let keys = own.chain(collection.attributes.iter().map(|each| each.key));
    keys.map(|key| format!("\"{key}\"")).collect()
}

/// The place of a row of [`Open::page`].
pub(super) fn place(row: &[SqlValue]) -> Option<i64> {
    match row.first() {
        Some(SqlValue::Integer(place)) => Some(*place),
        _ => None,
    }
}
