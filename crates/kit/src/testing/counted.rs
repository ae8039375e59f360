//! A driver that counts its statements: what a request costs, whatever the machine.

use std::cell::RefCell;
use std::rc::Rc;

use whisper_store::{Connection, Dialect, Driver, DriverError, LocalBoxFuture, SqlValue};

/// The statements that ran, in their order.
pub(super) type Log = Rc<RefCell<Vec<String>>>;

/// A driver with a log of statements.
pub(super) struct Counted<D> {
    pub driver: D,
    pub log: Log,
}

struct CountedConnection {
    connection: Box<dyn Connection>,
    log: Log,
}

impl<D: Driver> Driver for Counted<D> {
    fn dialect(&self) -> Dialect {
        self.driver.dialect()
    }

    fn connect(&self) -> LocalBoxFuture<'_, Result<Box<dyn Connection>, DriverError>> {
        Box::pin(async {
            let connection = self.driver.connect().await?;
            let log = Rc::clone(&self.log);
            Ok(Box::new(CountedConnection { connection, log }) as Box<dyn Connection>)
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
        self.connection.execute(sql, params)
    }
}
