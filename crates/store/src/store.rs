//! The store: where reads and commits begin.

use std::rc::Rc;
use std::time::Duration;

use whisper_schema::{Document, MIGRATIONS, Migration, POSTGRES_MIGRATIONS, Timestamp};

use crate::batch::{Batch, Committed};
use crate::clock::Clock;
use crate::commit::{self, Commits, Lowered};
use crate::connections::READERS;
use crate::database::Database;
use crate::driver::{Dialect, Driver, SqlValue};
use crate::error::StoreError;
use crate::migrate::MigrationReport;
use crate::parts::{self, Ahead, Part};
use crate::read::{Answers, Questions, ReadSet};
use crate::reading::{self, Asked, Reads};
use crate::replica::{OnReplicaFault, Replica};
use crate::tables::{self, Engine, Tables};

/// A database of documents. Clones share its connections; it stays on its thread.
#[derive(Clone)]
pub struct Store {
    backend: Backend,
}

/// Where the documents are.
#[derive(Clone)]
enum Backend {
    Sql(Rc<Sql>),
    Tables(Rc<Engine>),
}

/// Where a read may be answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Primary,
    Anywhere,
}

/// A store on SQL.
struct Sql {
    database: Rc<Database>,
    commits: Commits,
    reads: Rc<Reads>,
    replica: Option<Rc<Replica>>,
}

impl Store {
    /// A store on this database, which gets the schema's migrations at first use.
    pub fn new(driver: impl Driver + 'static, clock: Clock) -> Store {
        let migrations = match driver.dialect() {
            Dialect::Sqlite => MIGRATIONS,
            Dialect::Postgres => POSTGRES_MIGRATIONS,
        };
        Store::with_migrations(driver, clock, migrations)
    }

    /// A store with migrations of its own; for tests of them.
    #[doc(hidden)]
    pub fn with_migrations(
        driver: impl Driver + 'static,
        clock: Clock,
        migrations: impl Into<Rc<[Migration]>>,
    ) -> Store {
        let database = Database::new(Rc::new(driver), clock, migrations.into());
        let database = Rc::new(database);
        let sql = Sql {
            commits: Commits::new(Rc::clone(&database)),
            database,
            reads: reading::line(READERS),
            replica: None,
        };
        Store {
            backend: Backend::Sql(Rc::new(sql)),
        }
    }

    /// The same store with a replica of its database, which answers what [`Store::read_at_replica`] reads. Where it doesn't, the primary answers,
    /// and `on_fault` is told why. Only PostgreSQL has replicas: any other store stays as it is.
    #[must_use]
    pub fn with_replica(self, driver: impl Driver + 'static, on_fault: OnReplicaFault) -> Store {
        let Backend::Sql(sql) = &self.backend else {
            return self;
        };
        if sql.database.cache.dialect() != Dialect::Postgres {
            return self;
        }
        let replica = Replica::new(Rc::clone(&sql.database), Rc::new(driver), on_fault);
        let sql = Sql {
            commits: Commits::new(Rc::clone(&sql.database)),
            database: Rc::clone(&sql.database),
            reads: Rc::clone(&sql.reads),
            replica: Some(Rc::new(replica)),
        };
        Store {
            backend: Backend::Sql(Rc::new(sql)),
        }
    }

    /// A store on Appwrite's TablesDB. Its tables are made by `whisper schema push`.
    ///
    /// Doubles keep 14 digits: 0.3333333333333333 comes back as 0.33333333333333, and they compare by those digits. So nothing
    /// filters by equality on doubles, and amounts are kept as text. The other differences from SQLite are on the
    /// crate's page.
    pub fn tables(tables: Tables, clock: Clock) -> Store {
        Store {
            backend: Backend::Tables(Rc::new(Engine::new(tables, clock))),
        }
    }

    /// A store on the same documents whose commits don't wait for the disk, nor in the queue of the others: for typing and presence,
    /// which are void a minute later. Other readers see them at once, and they survive the end of the process; a power cut may take the
    /// newest of them. So no write that an answer acknowledges as durable is committed here.
    ///
    /// It has a writing connection of its own: call it once, and keep it. On TablesDB, which decides itself when a commit is done, it
    /// is the same store.
    #[must_use]
    pub fn relaxed(&self) -> Store {
        let backend = match &self.backend {
            Backend::Sql(sql) => Backend::Sql(Rc::new(sql.relaxed())),
            Backend::Tables(engine) => Backend::Tables(Rc::clone(engine)),
        };
        Store { backend }
    }

    /// Reads several things in one statement: all as they stand at one moment, for the price of one.
    /// [`Timestamp::AT_COMMIT`] in a filter is the present.
    pub async fn read<R: ReadSet>(&self, set: R) -> Result<R::Output, StoreError> {
        self.read_at(Place::Primary, set).await
    }

    /// As [`Store::read`], at the replica if there is one ([`Store::with_replica`]): it has everything then that was committed before. So the answer
    /// is as good as the primary's, and costs it a statement without a table; it takes three statements in place of one, which
    /// pays for reads of weight. Reads in the order of commits, and all while the replica is behind or away, are the primary's.
    pub async fn read_at_replica<R: ReadSet>(&self, set: R) -> Result<R::Output, StoreError> {
        self.read_at(Place::Anywhere, set).await
    }

    async fn read_at<R: ReadSet>(&self, place: Place, set: R) -> Result<R::Output, StoreError> {
        let mut questions = Questions::default();
        set.ask(&mut questions)?;
        if questions.shapes.is_empty() {
            return set.take(&mut Answers::new(Vec::new()));
        }
        let row = match &self.backend {
            Backend::Sql(sql) => sql.read(questions, place).await?,
            Backend::Tables(engine) => engine.read(questions).await?,
        };
        set.take(&mut Answers::new(row))
    }

    /// Does all of the batch, or nothing. When it returns `Ok` the batch survives a power cut, unless the store is
    /// [`relaxed`](Store::relaxed).
    ///
    /// Batches that wait for the connection at the same time share a transaction; each gets its
    /// own result, as if it had been alone.
    pub async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        let batch = commit::lower(batch)?;
        match &self.backend {
            Backend::Sql(sql) => sql.commit(batch).await,
            Backend::Tables(engine) => tables::commit(engine, batch).await,
        }
    }

    /// Whether the documents of a collection are in parts: on PostgreSQL, where the collection declares it.
    pub fn has_parts<D: Document>(&self) -> bool {
        match &self.backend {
            Backend::Sql(sql) => parts::has_parts(&sql.database, D::COLLECTION),
            Backend::Tables(_) => false,
        }
    }

    /// Makes parts, each for so many milliseconds, until there is one for every id up to a time. Others wait for it 0.2 s at most, and a
    /// moment while it is done.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where others have had the collection for longer than that; nothing is done then.
    pub async fn parts_ahead<D: Document>(
        &self,
        until: Timestamp,
        length: i64,
    ) -> Result<Ahead, StoreError> {
        parts::ahead(self.in_parts()?, D::COLLECTION, until, length).await
    }

    /// The parts whose ids are all from before a time, the oldest first. The newest part is never one of them.
    ///
    /// # Errors
    /// The database's.
    pub async fn parts_past<D: Document>(
        &self,
        before: Timestamp,
    ) -> Result<Vec<Part>, StoreError> {
        parts::past(self.in_parts()?, D::COLLECTION, before).await
    }

    /// Drops a part with all that is in it, if its last document is still the one that it was. Says whether it did.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where others have had the collection for longer than 0.2 s; nothing is done then.
    pub async fn drop_part<D: Document>(&self, part: &Part) -> Result<bool, StoreError> {
        parts::drop_one(self.in_parts()?, D::COLLECTION, part).await
    }

    fn in_parts(&self) -> Result<&Database, StoreError> {
        match &self.backend {
            Backend::Sql(sql) => Ok(&sql.database),
            Backend::Tables(_) => Err(StoreError::Internal("TablesDB has no parts".into())),
        }
    }

    /// How many operations of a batch are done together, of all kinds; none where there is no such bound. A batch
    /// with more may be [`StoreError::TooLarge`].
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

    /// Whether it keeps collections with bytes ([`Collection::has_bytes`](whisper_schema::Collection::has_bytes)). TablesDB has none, and every
    /// read and commit of such a collection fails there.
    pub fn keeps_bytes(&self) -> bool {
        matches!(self.backend, Backend::Sql(_))
    }

    /// Whether [`Query::in_commit_order`](crate::Query::in_commit_order) may hold back documents that are there, until an older commit that
    /// still runs is done: moments later. So it is on PostgreSQL. (TablesDB holds back longer, and nobody should wait for it.)
    pub fn settles_late(&self) -> bool {
        match &self.backend {
            Backend::Sql(sql) => sql.database.cache.dialect() == Dialect::Postgres,
            Backend::Tables(_) => false,
        }
    }

    /// Brings the database up to this version; migrations that are applied already stay.
    ///
    /// Every other call does the same when it is the store's first.
    ///
    /// On TablesDB nothing is changed: it is only looked whether the tables are there.
    pub async fn migrate(&self) -> Result<MigrationReport, StoreError> {
        match &self.backend {
            Backend::Sql(sql) => sql.database.migrate().await,
            Backend::Tables(engine) => engine.check().await,
        }
    }

    /// The statements that [`Store::migrate`] would run, as one text; none where nothing is missing, and on TablesDB. Run by somebody else, they
    /// record themselves as it does.
    pub async fn migration_script(&self) -> Result<Option<String>, StoreError> {
        match &self.backend {
            Backend::Sql(sql) => sql.database.migration_script().await,
            Backend::Tables(_) => Ok(None),
        }
    }

    /// The time by the clock that all instances of this database have in common: on PostgreSQL the server's, where each host's may be wrong
    /// by itself; on SQLite the machine's, which is the store's clock. On TablesDB, which tells none, it is the store's clock too, and so that of
    /// one instance.
    ///
    /// For spans that several hosts have to agree about, as the end of a lease. It costs a statement on PostgreSQL. The times of documents are those of
    /// their commits ([`Timestamp::AT_COMMIT`](whisper_schema::Timestamp::AT_COMMIT)).
    pub async fn time(&self) -> Result<Timestamp, StoreError> {
        match &self.backend {
            Backend::Sql(sql) => sql.database.time().await,
            Backend::Tables(engine) => Ok(engine.now()),
        }
    }

    /// Waits without a lock, letting others of this thread and of other processes work: for jobs that
    /// write a lot.
    pub async fn pause(&self, time: Duration) {
        match &self.backend {
            Backend::Sql(sql) => sql.database.connections.pause(time).await,
            Backend::Tables(engine) => engine.pause(time).await,
        }
    }
}

impl Sql {
    /// The same database and readers, with commits of their own.
    fn relaxed(&self) -> Self {
        Sql {
            database: Rc::clone(&self.database),
            commits: Commits::new(Rc::new(self.database.relaxed())),
            reads: Rc::clone(&self.reads),
            replica: self.replica.clone(),
        }
    }

    async fn read(&self, questions: Questions, place: Place) -> Result<Vec<SqlValue>, StoreError> {
        self.database.ready().await?;
        let replica = self
            .replica
            .as_ref()
            .filter(|_| place == Place::Anywhere && !questions.is_of_order())
            .filter(|replica| !replica.rests());
        let values = questions.binds.at(self.database.clock.now());
        let asked = Asked::new(questions.shapes, values);
        match replica {
            Some(replica) => replica.read(asked).await,
            None => reading::read(&*self.database, &self.reads, asked).await,
        }
    }

    async fn commit(&self, batch: Lowered) -> Result<Committed, StoreError> {
        self.database.ready().await?;
        if batch.ops.is_empty() {
            return Ok(Committed {
                at: self.database.clock.tick(),
                affected: Vec::new(),
            });
        }
        self.commits.commit(batch).await
    }
}
