//! The store's connections: one that writes, a few that read.

use std::cell::RefCell;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::driver::{Connection, Dialect, Driver, DriverError, SqlValue};
use crate::error::StoreError;
use crate::gate::{Gate, Pass};
use crate::sql::{Made, Program};

/// How many may read at once: a read that takes long doesn't hold up the others.
pub(crate) const READERS: usize = 2;

/// How long a request waits for a lock that other processes or instances hold.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// When a commit is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sync {
    /// When it is on the disk: it survives a power cut.
    Disk,
    /// When it is in the log: it survives the end of this process. A power cut takes the newest of these, up to the next one that
    /// waited for the disk.
    Log,
}

impl Sync {
    fn pragma(self) -> &'static str {
        match self {
            Sync::Disk => "PRAGMA synchronous = FULL",
            Sync::Log => "PRAGMA synchronous = NORMAL",
        }
    }
}

/// All connections of a store.
pub(crate) struct Connections {
    driver: Rc<dyn Driver>,
    sync: Sync,
    /// The gate of the writing connection: the one inside may use it.
    pub writing: Rc<Gate>,
    reading: Rc<Gate>,
    writer: Home,
    readers: Home,
}

/// The idle connections. Only those on which nothing is open come back.
type Home = Rc<RefCell<Vec<Open>>>;

/// An open connection.
struct Open {
    connection: Box<dyn Connection>,
    /// The programs it has.
    made: RefCell<Made>,
}

impl Open {
    fn new(connection: Box<dyn Connection>) -> Self {
        Open {
            connection,
            made: RefCell::default(),
        }
    }
}

/// A connection in use. Unless it is given back it is closed, and its open transaction is rolled back: none leaks,
/// at any point at which a future is dropped.
pub(crate) struct Lease {
    // Closed before the next one may enter: the order of the fields is the order of their drop.
    open: Open,
    home: Home,
    /// Whether it is kept when it is given back; else it is closed.
    is_kept: bool,
    _pass: Pass,
}

impl Lease {
    pub async fn execute(
        &self,
        sql: &str,
        params: &[SqlValue],
    ) -> Result<Vec<Vec<SqlValue>>, DriverError> {
        self.open.connection.execute(sql, params).await
    }

    /// Has it know a program.
    pub async fn prepare(&self, program: &Rc<Program>) -> Result<(), DriverError> {
        let missing = self.open.made.borrow_mut().missing(program);
        if missing.is_empty() {
            return Ok(());
        }
        for statement in missing {
            self.execute(&statement, &[]).await?;
        }
        self.open.made.borrow_mut().add(program);
        Ok(())
    }

    /// Gives back a connection on which no transaction is open, for another request to use.
    pub fn give_back(self) {
        let Lease {
            open,
            home,
            is_kept,
            _pass,
        } = self;
        if is_kept {
            home.borrow_mut().push(open);
        }
    }
}

impl Connections {
    pub fn new(driver: Rc<dyn Driver>, sync: Sync) -> Self {
        Connections::read_by(READERS, driver, sync)
    }

    /// Connections of which so many may read at once.
    pub fn read_by(readers: usize, driver: Rc<dyn Driver>, sync: Sync) -> Self {
        Connections {
            driver,
            sync,
            writing: Gate::new(1),
            reading: Gate::new(readers),
            writer: Home::default(),
            readers: Home::default(),
        }
    }

    /// Connections of their own to the same database, whose commits are done at another time.
    pub fn with(&self, sync: Sync) -> Self {
        Connections::new(Rc::clone(&self.driver), sync)
    }

    /// Whether a commit is done when it is on the disk.
    pub fn waits_for_disk(&self) -> bool {
        self.sync == Sync::Disk
    }

    /// The SQL that the database speaks.
    pub fn dialect(&self) -> Dialect {
        self.driver.dialect()
    }

    /// Waits, letting others of this thread work.
    pub async fn pause(&self, time: Duration) {
        self.driver.pause(time).await;
    }

    /// A connection to read with.
    pub async fn reader(&self) -> Result<Lease, DriverError> {
        let pass = self.reading.enter().await;
        let idle = self.readers.borrow_mut().pop();
        let open = match idle {
            Some(open) => open,
            // A reader needs no pragma: the journal mode sticks to the file.
            None => Open::new(self.driver.connect().await?),
        };
        Ok(Lease {
            open,
            home: self.readers.clone(),
            is_kept: self.driver.keeps_connections(),
            _pass: pass,
        })
    }

    /// The connection to write with, for a caller that has passed the gate `writing`.
    pub async fn writer(&self, pass: Pass) -> Result<Lease, DriverError> {
        let idle = self.writer.borrow_mut().pop();
        let open = match idle {
            Some(open) => open,
            None => Open::new(self.open_writer().await?),
        };
        Ok(Lease {
            open,
            home: self.writer.clone(),
            is_kept: self.driver.keeps_connections(),
            _pass: pass,
        })
    }

    /// Every acknowledged commit is in the log that SQLite writes ahead (WAL), and there on the disk where that is waited for.
    async fn open_writer(&self) -> Result<Box<dyn Connection>, DriverError> {
        let connection = self.driver.connect().await?;
        if self.driver.dialect() == Dialect::Postgres {
            return Ok(connection);
        }
        // Before anything else may have to wait. Without it the pauses between SQLite's looks at the lock grow to a
        // tenth of a second, and the connection that has waited longest looks least often.
        let wait = self.driver.lock_wait().as_millis();
        let set = format!("PRAGMA busy_timeout = {wait}");
        connection.execute(&set, &[]).await?;
        let mode = self.insist(&*connection, "PRAGMA journal_mode").await?;
        if !is_wal(&mode) {
            let set = "PRAGMA journal_mode = WAL";
            self.insist(&*connection, set).await?;
        }
        connection.execute(self.sync.pragma(), &[]).await?;
        // Deleted rows are overwritten: the words of a message that has ended are in no byte of the file.
        self.insist(&*connection, "PRAGMA secure_delete = ON")
            .await?;
        connection.execute("PRAGMA foreign_keys = ON", &[]).await?;
        Ok(connection)
    }

    /// Runs a statement, also while another connection has the file for itself for a moment: one that changes its mode,
    /// which two instances may want at once, or the last one, as it closes the file.
    async fn insist(
        &self,
        connection: &dyn Connection,
        sql: &str,
    ) -> Result<Vec<Vec<SqlValue>>, DriverError> {
        let mut patience = Patience::new();
        loop {
            match connection.execute(sql, &[]).await {
                Err(DriverError::Busy) if patience.wait(self).await => {}
                outcome => return outcome,
            }
        }
    }
}

fn is_wal(rows: &[Vec<SqlValue>]) -> bool {
    matches!(rows, [row] if matches!(row.as_slice(), [SqlValue::Text(mode)] if mode == "wal"))
}

/// The tries of a request while others hold the lock, for at most [`PATIENCE`].
pub(crate) struct Patience {
    deadline: Instant,
    tries: u32,
}

/// How often to try at once where the database itself has waited already.
const EAGER_TRIES: u32 = 10;

impl Patience {
    pub fn new() -> Self {
        Patience {
            deadline: Instant::now() + PATIENCE,
            tries: 0,
        }
    }

    /// Waits before another try. False when the time is up.
    ///
    /// The pauses stay short: a holder has the lock for a few milliseconds, and a connection that looks for it seldom
    /// hardly ever gets it.
    pub async fn wait(&mut self, connections: &Connections) -> bool {
        let now = Instant::now();
        if now >= self.deadline {
            return false;
        }
        self.tries += 1;
        if self.tries > EAGER_TRIES || connections.driver.lock_wait().is_zero() {
            // By chance more or less: requests that collided once must not do so in step.
            let chance = RandomState::new().hash_one(now) % 1000;
            let most = Duration::from_micros(500) * self.tries.min(8);
            connections
                .driver
                .pause(most / 4 + most * chance as u32 / 1000)
                .await;
        }
        true
    }
}

/// An error that no batch is to blame for.
pub(crate) fn outage(error: DriverError) -> StoreError {
    match error {
        DriverError::Busy => StoreError::Busy,
        DriverError::Unavailable(why) => StoreError::Unavailable(why),
        DriverError::Unique(_) | DriverError::Other(_) => StoreError::Internal(error.to_string()),
    }
}
