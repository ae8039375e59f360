//! A driver that counts its statements: the cost of a request, on any machine.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use whisper_store::{Connection, Dialect, Driver, DriverError, LocalBoxFuture, SqlValue};

/// The statements that ran, in their order.
pub(super) type Log = Rc<RefCell<Vec<String>>>;

/// How many rows each commit wrote or deleted, in their order.
pub(super) type Written = Rc<RefCell<Vec<u64>>>;

/// Rows that the connection wrote so far, those of triggers too.
const TOTAL: &str = "SELECT total_changes()";
/// How many notes the last commit made of itself: one of its time, and one for each statement whose
/// deleted rows are counted.
const NOTES: &str = "SELECT count(*) FROM _result";
/// The latest time of a commit.
const CLOCK: &str = "SELECT at FROM _clock";

/// A driver with a log of statements.
pub(super) struct Counted<D> {
    pub driver: D,
    pub log: Log,
    pub written: Written,
}

struct CountedConnection {
    connection: Box<dyn Connection>,
    log: Log,
    written: Written,
    /// Rows that were written until the last commit.
    before: Cell<u64>,
    /// The latest time of a commit in the database, before this one.
    clock: Cell<u64>,
    /// Whether a transaction is open.
    is_open: Cell<bool>,
}

impl<D: Driver> Driver for Counted<D> {
    fn dialect(&self) -> Dialect {
        self.driver.dialect()
    }

    fn connect(&self) -> LocalBoxFuture<'_, Result<Box<dyn Connection>, DriverError>> {
        Box::pin(async {
            let connection = self.driver.connect().await?;
            let counted = CountedConnection {
                connection,
                log: Rc::clone(&self.log),
                written: Rc::clone(&self.written),
                before: Cell::default(),
                clock: Cell::default(),
                is_open: Cell::default(),
            };
            Ok(Box::new(counted) as Box<dyn Connection>)
        })
    }

    fn pause(&self, time: std::time::Duration) -> LocalBoxFuture<'_, ()> {
        self.driver.pause(time)
    }
}

impl Connection for CountedConnection {
    fn execute<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [SqlValue],
    ) -> LocalBoxFuture<'a, Result<Vec<Vec<SqlValue>>, DriverError>> {
        self.log.borrow_mut().push(sql.to_owned());
        Box::pin(async move {
            // A batch is one statement, and outside of BEGIN and COMMIT that is the whole commit.
            let verb = sql.split(' ').next();
            let is_commit = verb == Some("INSERT") && !self.is_open.get();
            if is_commit {
                self.forget_notes().await;
            }
            let rows = self.connection.execute(sql, params).await?;
            match verb {
                Some("BEGIN") => self.is_open.set(true),
                Some("ROLLBACK") => self.is_open.set(false),
                Some("COMMIT") => {
                    self.is_open.set(false);
                    self.count_rows().await?;
                }
                _ if is_commit => self.count_rows().await?,
                _ => {}
            }
            Ok(rows)
        })
    }
}

impl CountedConnection {
    async fn count_rows(&self) -> Result<(), DriverError> {
        let total = self.number(TOTAL).await?;
        let rows = total - self.before.replace(total);
        // A connection that has made no such commit yet has no notes.
        let notes = self.number(NOTES).await.unwrap_or(0);
        let moved = self
            .number(CLOCK)
            .await
            .is_ok_and(|at| at != self.clock.get());
        let own = notes + u64::from(moved);
        self.written.borrow_mut().push(rows.saturating_sub(own));
        Ok(())
    }

    /// Takes away the notes that earlier commits made of themselves, and starts to count behind
    /// them.
    async fn forget_notes(&self) {
        let _ = self.connection.execute("DELETE FROM _result", &[]).await;
        self.clock.set(self.number(CLOCK).await.unwrap_or(0));
        self.before.set(self.number(TOTAL).await.unwrap_or(0));
    }

    async fn number(&self, sql: &str) -> Result<u64, DriverError> {
        let rows = self.connection.execute(sql, &[]).await?;
        match rows.first().and_then(|row| row.first()) {
            Some(SqlValue::Integer(number)) => Ok(number.unsigned_abs()),
            _ => Ok(0),
        }
    }
}
