//! The store: where reads and commits begin.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use whisper_schema::{Document, MIGRATIONS, Migration, Timestamp};

use crate::batch::{Batch, Committed};
use crate::commit::{self, Lowered, Queue};
use crate::connections::{Connections, Patience, outage};
use crate::doc::Doc;
use crate::driver::{Driver, DriverError, SqlValue};
use crate::error::StoreError;
use crate::gate::Pass;
use crate::migrate::{self, MigrationReport};
use crate::query::{Find, Get, Query};
use crate::read::{Answers, Questions, ReadSet};
use crate::reading::{self, Asked, READERS, Reads};
use crate::sql::{Bind, Binds, Cache, Shape};
use crate::tables::{Engine, Tables};

/// Tells the time.
pub type Clock = Rc<dyn Fn() -> Timestamp>;

/// How many counts go into one statement; SQLite allows 2000 columns.
const COUNTS: usize = 500;

/// A database of documents. Clones share its connections; it stays on its thread.
#[derive(Clone)]
pub struct Store {
    backend: Backend,
}

/// Where the documents are.
#[derive(Clone)]
enum Backend {
    Sql(Rc<Inner>),
    Tables(Rc<Engine>),
}

/// What the clones of a store on SQL share.
pub(crate) struct Inner {
    pub connections: Connections,
    pub cache: Cache,
    pub queue: Rc<Queue>,
    pub reads: Rc<Reads>,
    clock: Clock,
    /// The latest time a commit was given.
    latest: Cell<Timestamp>,
    migrations: Rc<[Migration]>,
    /// Whether the database is known to have all migrations.
    ready: Cell<bool>,
}

impl Inner {
    /// The time of a commit: never earlier than the one before, whatever the clock does.
    pub fn tick(&self) -> Timestamp {
        let now = self.latest.get().max((self.clock)());
        self.latest.set(now);
        now
    }

    /// Values for a statement at this time.
    pub fn bound(binds: Binds, at: Timestamp) -> Vec<SqlValue> {
        let value = |bind| match bind {
            Bind::Value(value) => value,
            Bind::AtCommit => SqlValue::Integer(at.as_millis()),
        };
        binds.0.into_iter().map(value).collect()
    }
}

impl Store {
    /// A store on this database, which gets the schema's migrations at first use.
    pub fn new(driver: impl Driver + 'static, clock: Clock) -> Store {
        Store::with_migrations(driver, clock, MIGRATIONS)
    }

    /// A store with migrations of its own; for tests of them.
    #[doc(hidden)]
    pub fn with_migrations(
        driver: impl Driver + 'static,
        clock: Clock,
        migrations: impl Into<Rc<[Migration]>>,
    ) -> Store {
        let cache = Cache::new(driver.dialect());
        let inner = Inner {
            connections: Connections::new(Box::new(driver)),
            cache,
            queue: Queue::new(1),
            reads: Reads::new(READERS),
            clock,
            latest: Cell::new(Timestamp::MIN),
            migrations: migrations.into(),
            ready: Cell::new(false),
        };
        Store {
            backend: Backend::Sql(Rc::new(inner)),
        }
    }

    /// A store on Appwrite's TablesDB. Its tables are made by `whisper schema push`.
    ///
    /// Of doubles 14 digits are kept: 0.3333333333333333 comes back as 0.33333333333333, and they compare by those digits. So nothing
    /// filters by equality on doubles, and amounts are kept as text. What else differs from SQLite is on the crate's page.
    pub fn tables(tables: Tables, clock: Clock) -> Store {
        Store {
            backend: Backend::Tables(Rc::new(Engine::new(tables, clock))),
        }
    }

    /// The document with this id.
    pub async fn get<D: Document>(&self, id: &str) -> Result<Option<Doc<D>>, StoreError> {
        self.read(Get::id(id)).await
    }

    /// Starts a query.
    pub fn find<D: Document>(&self) -> Find<D> {
        Find::new(self.clone())
    }

    /// Reads several things in one statement: all as they stand at one moment, for the price of one.
    /// [`Timestamp::AT_COMMIT`] in a filter is the present.
    pub async fn read<R: ReadSet>(&self, set: R) -> Result<R::Output, StoreError> {
        let mut questions = Questions::default();
        set.ask(&mut questions)?;
        if questions.shapes.is_empty() {
            return set.take(&mut Answers::new(Vec::new()));
        }
        let row = match &self.backend {
            Backend::Sql(inner) => inner.read(questions).await?,
            Backend::Tables(engine) => engine.read(questions).await?,
        };
        set.take(&mut Answers::new(row))
    }

    /// How many documents each query meets, each counted up to `max`, in one statement (or one
    /// per 500 queries).
    pub async fn count_many<D: Document>(
        &self,
        queries: Vec<Query<D>>,
        max: u64,
    ) -> Result<Vec<u64>, StoreError> {
        let mut counts = Vec::with_capacity(queries.len());
        for some in queries.chunks(COUNTS) {
            let some: Vec<_> = some.iter().map(|query| query.clone().count(max)).collect();
            counts.extend(self.read(some).await?);
        }
        Ok(counts)
    }

    /// Does all of the batch, or nothing. When it returns `Ok` the batch survives a power cut.
    ///
    /// Batches that wait for the connection at the same time share a transaction; each gets its
    /// own result, as if it had been alone.
    pub async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        let batch = commit::lower(batch)?;
        match &self.backend {
            Backend::Sql(inner) => inner.commit(batch).await,
            Backend::Tables(engine) => engine.commit(batch).await,
        }
    }

    /// How many operations of a batch are done together whatever they are; none where there is no such
    /// bound. A batch with more may be [`StoreError::TooLarge`].
    pub fn most_operations(&self) -> Option<usize> {
        match &self.backend {
            Backend::Sql(_) => None,
            Backend::Tables(_) => Some(Engine::MOST_OPERATIONS),
        }
    }

    /// As many as are wanted in one batch, or as many as are done together if that is less.
    pub fn portion(&self, wanted: usize) -> usize {
        self.most_operations()
            .map_or(wanted, |most| most.min(wanted))
    }

    /// Brings the database up to this version; what is already there stays.
    ///
    /// Every other call does the same when it is the store's first.
    ///
    /// On TablesDB nothing is changed: it is only looked whether the tables are there.
    pub async fn migrate(&self) -> Result<MigrationReport, StoreError> {
        match &self.backend {
            Backend::Sql(inner) => {
                let pass = inner.connections.writing.enter().await;
                inner.migrate_with(pass).await
            }
            Backend::Tables(engine) => engine.check().await,
        }
    }

    /// Waits without a lock, letting others of this thread and of other processes work: for jobs that
    /// write a lot.
    pub async fn pause(&self, time: Duration) {
        match &self.backend {
            Backend::Sql(inner) => inner.connections.pause(time).await,
            Backend::Tables(engine) => engine.pause(time).await,
        }
    }
}

impl Inner {
    async fn read(&self, questions: Questions) -> Result<Vec<SqlValue>, StoreError> {
        self.ready().await?;
        let values = Inner::bound(questions.binds, (self.clock)());
        let asked = Asked::new(questions.shapes, values);
        reading::read(self, asked).await
    }

    async fn commit(self: &Rc<Self>, batch: Lowered) -> Result<Committed, StoreError> {
        self.ready().await?;
        if batch.ops.is_empty() {
            return Ok(Committed {
                at: self.tick(),
                affected: Vec::new(),
            });
        }
        commit::commit(self, batch).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        // Nearly always there is nothing to do, which a reader can tell without the writer's place.
        if !self.ready.get() && self.is_complete().await? {
            self.ready.set(true);
        }
        // Several may come at once: whoever passes the gate first does the work of all.
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
        let complete = migrate::is_complete(&lease, &self.migrations).await;
        // Locked, it is asked again by the writer, who has patience.
        match complete {
            Err(StoreError::Busy) => Ok(false),
            Err(error) => Err(error),
            Ok(complete) => {
                lease.give_back();
                Ok(complete)
            }
        }
    }

    async fn migrate_with(&self, pass: Pass) -> Result<MigrationReport, StoreError> {
        let lease = self.connections.writer(pass).await.map_err(outage)?;
        let report = migrate::run(self, &lease, &self.migrations).await?;
        lease.give_back();
        self.ready.set(true);
        Ok(report)
    }

    /// Runs a reading statement, which gives one row.
    pub async fn row(
        &self,
        shape: &Shape,
        values: Vec<SqlValue>,
    ) -> Result<Vec<SqlValue>, StoreError> {
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
