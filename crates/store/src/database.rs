//! A database of SQL: its connections, the texts for it, and its migrations.

use std::cell::Cell;
use std::rc::Rc;

use whisper_schema::{Migration, Timestamp};

use crate::clock::{Clock, Ticking};
use crate::connections::{Connections, Patience, Sync, outage};
use crate::driver::{Dialect, Driver, DriverError, SqlValue};
use crate::error::StoreError;
use crate::gate::Pass;
use crate::migrate::{self, MigrationReport};
use crate::sql::{Cache, Shape};

/// The time of PostgreSQL's server, in milliseconds since 1970.
const SERVER_TIME: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/// Where reads are run.
pub(crate) trait Rows {
    /// Runs a reading statement, which gives one row.
    async fn row(&self, shape: &Shape, values: Vec<SqlValue>) -> Result<Vec<SqlValue>, StoreError>;
}

/// The state that the clones of a store on SQL share.
pub(crate) struct Database {
    pub connections: Connections,
    pub cache: Rc<Cache>,
    pub clock: Rc<Ticking>,
    migrations: Rc<[Migration]>,
    /// Whether the database is known to have all migrations.
    ready: Cell<bool>,
}

impl Database {
    pub fn new(driver: Rc<dyn Driver>, clock: Clock, migrations: Rc<[Migration]>) -> Self {
        Database {
            cache: Rc::new(Cache::new(driver.dialect())),
            connections: Connections::new(driver, Sync::Disk),
            clock: Rc::new(Ticking::new(clock)),
            migrations,
            ready: Cell::new(false),
        }
    }

    /// The same database with connections of their own, whose commits don't wait for the disk.
    pub fn relaxed(&self) -> Self {
        Database {
            connections: self.connections.with(Sync::Log),
            cache: Rc::clone(&self.cache),
            clock: Rc::clone(&self.clock),
            migrations: Rc::clone(&self.migrations),
            ready: Cell::new(self.ready.get()),
        }
    }

    /// Makes sure that it has all migrations.
    pub async fn ready(&self) -> Result<(), StoreError> {
        // Nearly always there is nothing to do, which a reader can tell without the writer's place.
        if !self.ready.get() && self.is_complete().await? {
            self.ready.set(true);
        }
        // Several may come at once: the first to pass the gate does the work of all.
        while !self.ready.get() {
            let ready = || self.ready.get().then_some(());
            let Ok(pass) = self.connections.writing.enter_unless(ready).await else {
                break;
            };
            self.migrate_with(pass).await?;
        }
        Ok(())
    }

    async fn is_complete(&self) -> Result<bool, StoreError> {
        let lease = self.connections.reader().await.map_err(outage)?;
        let complete = migrate::is_complete(&self.connections, &lease, &self.migrations).await;
        // Locked, the database is asked again by the writer, which has patience.
        match complete {
            Err(StoreError::Busy) => Ok(false),
            Err(error) => Err(error),
            Ok(complete) => {
                lease.give_back();
                Ok(complete)
            }
        }
    }

    /// Applies the migrations that are missing.
    pub async fn migrate(&self) -> Result<MigrationReport, StoreError> {
        let pass = self.connections.writing.enter().await;
        self.migrate_with(pass).await
    }

    /// The statements that [`migrate`](Self::migrate) would run.
    pub async fn migration_script(&self) -> Result<Option<String>, StoreError> {
        let lease = self.connections.reader().await.map_err(outage)?;
        let at = self.clock.now();
        let script = migrate::script(&self.connections, &lease, &self.migrations, at).await?;
        lease.give_back();
        Ok(script)
    }

    async fn migrate_with(&self, pass: Pass) -> Result<MigrationReport, StoreError> {
        let lease = self.connections.writer(pass).await.map_err(outage)?;
        let at = self.clock.tick();
        let report = migrate::run(&self.connections, &lease, &self.migrations, at).await?;
        lease.give_back();
        self.ready.set(true);
        Ok(report)
    }

    /// The time by the clock of all instances: of the server, or of the machine that the file is on.
    pub async fn time(&self) -> Result<Timestamp, StoreError> {
        if self.connections.dialect() == Dialect::Sqlite {
            return Ok(self.clock.now());
        }
        let lease = self.connections.reader().await.map_err(outage)?;
        let rows = lease.execute(SERVER_TIME, &[]).await.map_err(outage)?;
        lease.give_back();
        match rows.first().and_then(|row| row.first()) {
            Some(SqlValue::Integer(millis)) => Ok(Timestamp::from_millis(*millis)),
            other => Err(StoreError::Internal(format!("no time: {other:?}"))),
        }
    }
}

impl Rows for Database {
    async fn row(&self, shape: &Shape, values: Vec<SqlValue>) -> Result<Vec<SqlValue>, StoreError> {
        let prepared = self.cache.prepared(shape);
        let params = prepared.params(values);
        let mut patience = Patience::new();
        loop {
            let lease = self.connections.reader().await.map_err(outage)?;
            match lease.execute(&prepared.sql, &params).await {
                Ok(mut rows) => {
                    lease.give_back();
                    let row = rows.pop();
                    return row.ok_or_else(|| StoreError::Internal("a read gave no row".into()));
                }
                // Only while the log is recovered or reset, and not for long.
                Err(DriverError::Busy) => {
                    drop(lease);
                    if !patience.wait(&self.connections).await {
                        return Err(StoreError::Busy);
                    }
                }
                Err(error) => return Err(outage(error)),
            }
        }
    }
}
