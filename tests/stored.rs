//! The documents of a bundle, past it: in SQLite's file or in PostgreSQL.

use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

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

/// Ends the leases of all jobs, as time does after a host was killed that had them.
pub fn end_leases(app: &TestApp) {
    run(app, r#"UPDATE "jobLeases" SET "until" = 1"#);
}

/// Has somebody hold a job's lease from now on for so long, as a host that was killed would. The clock is the machine's.
pub fn hold_lease(app: &TestApp, job: &str, time: Duration) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let until = (since + time).as_millis();
    let held = format!(
        r#"INSERT INTO "jobLeases" ("_id", "holder", "until") VALUES ('{job}', 'killed', {until})
           ON CONFLICT ("_id") DO UPDATE SET "holder" = 'killed', "until" = {until}"#
    );
    run(app, &held);
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
