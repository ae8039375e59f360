//! Shared by the tests: stores on databases of their own, and drivers that watch or fail.
#![allow(dead_code, clippy::unwrap_used)]

pub mod model;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use whisper_schema::Timestamp;
use whisper_store::native::NativeDriver;
use whisper_store::{
    Clock, Connection, Dialect, Driver, DriverError, LocalBoxFuture, SqlValue, Store,
};

pub use futures::executor::block_on;

/// A clock that goes on by a millisecond whenever it is asked.
pub fn clock() -> Clock {
    let now = Cell::new(1_767_225_600_000);
    Rc::new(move || {
        now.set(now.get() + 1);
        Timestamp::from_millis(now.get())
    })
}

/// A driver that keeps a list of statements, and can be told to fail one.
pub struct Counting {
    inner: NativeDriver,
    folder: tempfile::TempDir,
    log: Rc<RefCell<Vec<String>>>,
    fail: Rc<RefCell<Option<Fail>>>,
    opened: Cell<usize>,
}

/// The statements that fail, and their failure.
#[derive(Clone)]
pub struct Fail {
    /// How the statement begins.
    pub prefix: &'static str,
    /// How many of them fail.
    pub times: usize,
    pub error: DriverError,
    /// Whether it takes effect all the same.
    pub after: bool,
}

impl Counting {
    pub fn temporary() -> Rc<Counting> {
        let folder = tempfile::tempdir().unwrap();
        let inner = NativeDriver::new(folder.path().join("store.db"));
        Rc::new(Counting {
            inner,
            folder,
            log: Rc::default(),
            fail: Rc::default(),
            opened: Cell::new(0),
        })
    }

    /// The statements since the last time.
    pub fn statements(&self) -> Vec<String> {
        self.log.take()
    }

    /// How often a statement was planned again.
    pub fn planned_again(&self) -> u32 {
        self.inner.planned_again()
    }

    /// How many connections were opened.
    pub fn opened(&self) -> usize {
        self.opened.get()
    }

    pub fn fail(&self, prefix: &'static str, times: usize, error: DriverError, after: bool) {
        self.fail.replace(Some(Fail {
            prefix,
            times,
            error,
            after,
        }));
    }
}

/// A fresh store on a database that goes with the driver.
pub fn store() -> (Store, Rc<Counting>) {
    let driver = Counting::temporary();
    (Store::new(driver.clone(), clock()), driver)
}

struct Watched {
    inner: Box<dyn Connection>,
    log: Rc<RefCell<Vec<String>>>,
    fail: Rc<RefCell<Option<Fail>>>,
}

impl Watched {
    fn failing(&self, sql: &str) -> Option<Fail> {
        let mut fail = self.fail.borrow_mut();
        let fail = fail
            .as_mut()
            .filter(|fail| fail.times > 0 && sql.starts_with(fail.prefix))?;
        fail.times -= 1;
        Some(fail.clone())
    }
}

impl Connection for Watched {
    fn execute<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [SqlValue],
    ) -> LocalBoxFuture<'a, Result<Vec<Vec<SqlValue>>, DriverError>> {
        self.log.borrow_mut().push(sql.to_owned());
        Box::pin(async move {
            match self.failing(sql) {
                None => self.inner.execute(sql, params).await,
                Some(fail) => {
                    if fail.after {
                        self.inner.execute(sql, params).await?;
                    }
                    Err(fail.error)
                }
            }
        })
    }
}

impl Driver for Counting {
    fn dialect(&self) -> Dialect {
        self.inner.dialect()
    }

    fn connect(&self) -> LocalBoxFuture<'_, Result<Box<dyn Connection>, DriverError>> {
        self.opened.set(self.opened.get() + 1);
        Box::pin(async {
            let inner = self.inner.connect().await?;
            let (log, fail) = (self.log.clone(), self.fail.clone());
            Ok(Box::new(Watched { inner, log, fail }) as Box<dyn Connection>)
        })
    }

    fn pause(&self, time: Duration) -> LocalBoxFuture<'_, ()> {
        self.inner.pause(time)
    }
}
