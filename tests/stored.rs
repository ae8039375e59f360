//! The documents of a bundle, past it: in SQLite's file or in PostgreSQL.

use std::rc::Rc;

use futures::executor::block_on;
use whisper_schema::{Document, Timestamp};
use whisper_store::native::NativeDriver;
use whisper_store::postgres::native::PostgresDriver;
use whisper_store::{Connection, Doc, Driver, DriverError, MAX_LIMIT, Query, Store};
use whisper_testkit::TestApp;

/// The database of a bundle, which may be running.
pub fn driver(app: &TestApp) -> Rc<dyn Driver> {
    match app.postgres() {
        Some(url) => Rc::new(PostgresDriver::new(url)),
        None => Rc::new(NativeDriver::new(app.data_dir().join("sqlite_db.db"))),
    }
}

/// Its documents.
pub fn store(app: &TestApp) -> Store {
    Store::new(driver(app), Rc::new(|| Timestamp::from_millis(0)))
}

/// A connection to it, past the store.
pub fn connection(app: &TestApp) -> Box<dyn Connection> {
    block_on(driver(app).connect()).unwrap()
}

/// Runs a statement that both databases know, as soon as nobody else holds the lock.
pub fn run(app: &TestApp, sql: &str) {
    let connection = connection(app);
    loop {
        match block_on(connection.execute(sql, &[])) {
            Err(DriverError::Busy) => {}
            done => return drop(done.unwrap()),
        }
    }
}

/// All documents that the query meets, page by page.
pub fn all<D: Document>(store: &Store, query: Query<D>) -> Vec<D> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = query.clone().limit(MAX_LIMIT).after(after).page();
        let page = block_on(store.read(page)).unwrap();
        all.extend(page.items.into_iter().map(Doc::into_inner));
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}
