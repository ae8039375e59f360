//! A driver that counts its statements: what a request costs, whatever the machine.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use whisper_store::{Connection, Dialect, Driver, DriverError, LocalBoxFuture, SqlValue};

/// The statements that ran, in their order.
pub(super) type Log = Rc<RefCell<Vec<String>>>;

/// How many rows each commit wrote or deleted, in their order.
pub(super) type Written = Rc<RefCell<Vec<u64>>>;

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
            let rows = self.connection.execute(sql, params).await?;
            // A batch is one statement, and outside of BEGIN and COMMIT that is the whole commit.
            match sql.split(' ').next() {
                Some("BEGIN") => self.is_open.set(true),
                Some("ROLLBACK") => self.is_open.set(false),
                Some("COMMIT") => {
                    self.is_open.set(false);
                    self.count_rows().await?;
                }
                Some("INSERT") if !self.is_open.get() => self.count_rows().await?,
                _ => {}
            }
            Ok(rows)
        })
    }
}

impl CountedConnection {
    async fn count_rows(&self) -> Result<(), DriverError> {
        let rows = self
            .connection
            .execute("SELECT total_changes()", &[])
            .await?;
        if let Some(SqlValue::Integer(total)) = rows.first().and_then(|row| row.first()) {
            let total = total.unsigned_abs();
            let rows = total - self.before.replace(total);
            self.written.borrow_mut().push(rows);
        }
        Ok(())
    }
}
