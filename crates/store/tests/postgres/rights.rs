//! Tables that were made by another role than the one that reads and writes.

use std::rc::Rc;

use futures::executor::block_on;
use postgres_server::{PASSWORD, USER};
use whisper_schema::Timestamp;
use whisper_schema::prelude::Event;
use whisper_store::postgres::native::PostgresDriver;
use whisper_store::{Ahead, Batch, Driver, Query, Store, StoreError};

use super::{event, store};

/// A role of the test's own.
const HOSTS: &str = "hosts_of_the_rights";
/// The rights of docs/postgres.md.
const GRANTS: [&str; 3] = [
    "GRANT USAGE, CREATE ON SCHEMA public TO hosts_of_the_rights",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO hosts_of_the_rights",
    "GRANT SELECT, UPDATE ON SEQUENCE _clock TO hosts_of_the_rights",
];

#[test]
fn a_script_that_somebody_ran_is_found_applied() {
    let Some(url) = super::database() else { return };
    let owner = store(&url);
    let script = block_on(owner.migration_script()).unwrap().unwrap();
    let connection = block_on(PostgresDriver::new(&url).connect()).unwrap();
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    let count = || block_on(connection.execute(tables, &[])).unwrap()[0][0].clone();
    assert_eq!(count(), whisper_store::SqlValue::Integer(0));
    block_on(connection.execute(&script, &[])).unwrap();
    assert_eq!(block_on(owner.migration_script()), Ok(None));
    assert_eq!(block_on(owner.migrate()).unwrap().applied, [0; 0]);
    // Ran again, it changes nothing.
    assert!(block_on(connection.execute(&script, &[])).is_err());
    assert!(block_on(owner.commit(Batch::new().insert(&event("e")))).is_ok());
}

#[test]
fn hosts_may_have_a_role_that_owns_no_table() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let url = server.fresh_database();
    block_on(store(&url).migrate()).unwrap();
    let role = format!("CREATE ROLE {HOSTS} LOGIN PASSWORD 'word'");
    for statement in [role.as_str()].iter().chain(&GRANTS) {
        server.sql(&url, statement).unwrap();
    }
    let own = url.replace(&format!("{USER}:{PASSWORD}@"), &format!("{HOSTS}:word@"));
    let clock = Rc::new(|| Timestamp::from_millis(1_767_225_600_000));
    let hosts = Store::new(PostgresDriver::new(&own), clock);
    let heard = Event {
        created_at: Timestamp::AT_COMMIT,
        ..event("e")
    };
    block_on(hosts.commit(Batch::new().insert(&heard))).unwrap();
    // Not in the order of commits, which older transactions of other tests hold up.
    let events = Query::<Event>::new().limit(10);
    let read: Result<_, StoreError> = block_on(hosts.read(events));
    assert_eq!(read.unwrap().len(), 1);
    // Parts are the owner's: to a role that owns none of the tables it is as if none could be made, and none were past.
    let later = Timestamp::from_millis(4_102_444_800_000);
    let ahead = |store: &Store| block_on(store.parts_ahead::<Event>(later, 100 * 86_400_000));
    assert_eq!(ahead(&hosts), Ok(Ahead::Full));
    assert_eq!(block_on(hosts.parts_past::<Event>(later)), Ok(Vec::new()));
    let owner = store(&url);
    assert!(matches!(ahead(&owner), Ok(Ahead::Made(1..))));
    let past = block_on(owner.parts_past::<Event>(later)).unwrap();
    assert!(block_on(hosts.drop_part::<Event>(&past[0])).is_err());
    let connection = block_on(PostgresDriver::new(&own).connect()).unwrap();
    let dropped = block_on(connection.execute("DROP TABLE events", &[]));
    assert!(dropped.is_err(), "it isn't theirs");
}
