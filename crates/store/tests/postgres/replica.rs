//! Reads at a replica: a real one, whose replay is paused, which is ended, promoted, or follows the wrong server. No read gives less than
//! was committed before it began.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use futures::executor::block_on;
use postgres_server::PostgresServer;
use whisper_schema::prelude::*;
use whisper_store::postgres::native::PostgresDriver;
use whisper_store::{
    Batch, Connection, Dialect, Driver, DriverError, Get, LocalBoxFuture, Patch, Query,
    ReplicaFault, SqlValue, Store,
};

use super::{conversation, event};

/// A primary with a standby, and a database of theirs.
struct Pair<Server = PostgresServer> {
    primary: Server,
    standby: Server,
    database: String,
}

impl Pair {
    /// Of a test's own, which ends or pauses the standby.
    fn start() -> Option<Pair> {
        let primary = postgres_server::start()?;
        let standby = primary.standby().unwrap();
        Some(Pair::with(primary, standby))
    }
}

impl Pair<&'static PostgresServer> {
    /// A database of the servers that tests share.
    fn shared() -> Option<Pair<&'static PostgresServer>> {
        static SHARED: OnceLock<Option<(PostgresServer, PostgresServer)>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| {
            let primary = postgres_server::start()?;
            let standby = primary.standby().unwrap();
            Some((primary, standby))
        });
        let (primary, standby) = shared.as_ref()?;
        Some(Pair::with(primary, standby))
    }
}

impl<Server: Borrow<PostgresServer>> Pair<Server> {
    fn with(primary: Server, standby: Server) -> Self {
        let url = primary.borrow().fresh_database();
        let database = url.rsplit_once('/').unwrap().1.to_owned();
        let pair = Pair {
            primary,
            standby,
            database,
        };
        block_on(pair.store().store.migrate()).unwrap();
        pair.catch_up();
        pair
    }

    fn catch_up(&self) {
        self.standby
            .borrow()
            .catch_up(self.primary.borrow())
            .unwrap();
    }

    /// A store as an instance of its own has it.
    fn store(&self) -> Watched {
        let (primary, standby) = (self.primary.borrow(), self.standby.borrow());
        watched(primary, standby, &self.database)
    }
}

fn watched(primary: &PostgresServer, replica: &PostgresServer, database: &str) -> Watched {
    let (ran, faults) = (Rc::default(), Rc::default());
    let spy = Spy {
        driver: PostgresDriver::new(&replica.url(database)),
        ran: Rc::clone(&ran),
    };
    let told: Rc<RefCell<Vec<ReplicaFault>>> = Rc::clone(&faults);
    let on_fault = Rc::new(move |fault: &ReplicaFault| told.borrow_mut().push(fault.clone()));
    let store = super::store(&primary.url(database)).with_replica(spy, on_fault);
    Watched { store, ran, faults }
}

/// A store, with what it does at its replica.
struct Watched {
    store: Store,
    ran: Rc<RefCell<Vec<String>>>,
    faults: Rc<RefCell<Vec<ReplicaFault>>>,
}

impl Watched {
    fn commit(&self, batch: Batch) {
        block_on(self.store.commit(batch)).unwrap();
    }

    fn insert(&self, id: &str) {
        self.commit(Batch::new().insert(&conversation(id, "ann")));
    }

    fn creator(&self, id: &str) -> Option<String> {
        let found = block_on(self.store.read_at_replica(Get::<Conversation>::id(id))).unwrap();
        found.map(|found| found.creator_id.clone())
    }

    /// The statements over tables that the replica ran since this was asked last.
    fn reads_there(&self) -> usize {
        let ran = self.ran.take();
        let of_tables = ran.iter().filter(|sql| sql.contains("conversations"));
        of_tables.count()
    }

    fn faults(&self) -> Vec<ReplicaFault> {
        self.faults.take()
    }

    /// Why the primary answered. A machine that is busy may be slow to connect to a replica, which is another reason than the one looked for.
    fn why_not(&self, id: &str) -> ReplicaFault {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let mut faults = self.faults().into_iter();
            if let Some(fault) = faults.find(|fault| !matches!(fault, ReplicaFault::Away(_))) {
                return fault;
            }
            assert!(Instant::now() < deadline, "the replica isn't asked");
            self.creator(id);
        }
    }

    /// Reads until the replica answers: a store leaves it alone for a while after a fault.
    fn until_it_answers(&self, id: &str) -> Option<String> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            self.reads_there();
            let found = self.creator(id);
            if self.reads_there() > 0 && self.faults().is_empty() {
                return found;
            }
            assert!(Instant::now() < deadline, "the replica isn't asked again");
        }
    }
}

struct Spy {
    driver: PostgresDriver,
    ran: Rc<RefCell<Vec<String>>>,
}

struct Spied {
    connection: Box<dyn Connection>,
    ran: Rc<RefCell<Vec<String>>>,
}

impl Driver for Spy {
    fn dialect(&self) -> Dialect {
        self.driver.dialect()
    }

    fn connect(&self) -> LocalBoxFuture<'_, Result<Box<dyn Connection>, DriverError>> {
        Box::pin(async {
            self.ran.borrow_mut().push("connect".to_owned());
            let connection = self.driver.connect().await?;
            let ran = Rc::clone(&self.ran);
            Ok(Box::new(Spied { connection, ran }) as Box<dyn Connection>)
        })
    }

    fn pause(&self, time: Duration) -> LocalBoxFuture<'_, ()> {
        self.driver.pause(time)
    }
}

impl Connection for Spied {
    fn execute<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [SqlValue],
    ) -> LocalBoxFuture<'a, Result<Vec<Vec<SqlValue>>, DriverError>> {
        self.ran.borrow_mut().push(sql.to_owned());
        self.connection.execute(sql, params)
    }
}

#[test]
fn what_the_replica_has_is_read_there_and_nothing_else_is() {
    let Some(pair) = Pair::shared() else { return };
    let here = pair.store();
    here.insert("c1");
    assert_eq!(here.until_it_answers("c1").as_deref(), Some("ann"));
    assert_eq!(here.until_it_answers("c2"), None);
    block_on(here.store.read(Get::<Conversation>::id("c1"))).unwrap();
    here.commit(Batch::new().delete::<Conversation>("c1"));
    assert_eq!(here.ran.take(), [""; 0]);
}

#[test]
fn a_paused_replica_gives_nothing_that_is_older_than_the_question() {
    let Some(pair) = Pair::start() else { return };
    let (here, there) = (pair.store(), pair.store());
    here.insert("c1");
    pair.catch_up();
    pair.standby.pause_replay().unwrap();
    // The writer's own instance and another one, which never heard of the write.
    let bob = Patch::new().set(Conversation::CREATOR_ID, "bob");
    here.commit(
        Batch::new()
            .update("c1", bob)
            .insert(&conversation("c2", "cy")),
    );
    for store in [&here, &there] {
        assert_eq!(store.creator("c1").as_deref(), Some("bob"));
        assert_eq!(store.creator("c2").as_deref(), Some("cy"));
        assert_eq!(store.reads_there(), 0);
        assert_eq!(store.why_not("c1"), ReplicaFault::Behind);
    }
    here.commit(Batch::new().delete::<Conversation>("c1"));
    assert_eq!(there.creator("c1"), None);
    pair.standby.resume_replay().unwrap();
    pair.catch_up();
    assert_eq!(there.until_it_answers("c1"), None);
    assert_eq!(there.until_it_answers("c2").as_deref(), Some("cy"));
}

/// One writes on, and another reads: each read gives at least what was acknowledged before it began, also those that the replica answers. It
/// applies each commit 4 ms late, so that it is never that far when it is asked first.
#[test]
fn no_read_amid_commits_is_older_than_those_before_it() {
    const WANTED: usize = 100;
    let Some(pair) = Pair::start() else { return };
    let url = pair.standby.url("postgres");
    for statement in [
        "ALTER SYSTEM SET recovery_min_apply_delay = '4ms'",
        "SELECT pg_reload_conf()",
    ] {
        pair.standby.sql(&url, statement).unwrap();
    }
    pair.store().insert("c1");
    let (acknowledged, is_over) = (AtomicI64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let here = pair.store();
            for number in 1.. {
                let next = Patch::new().set(Conversation::CREATOR_ID, number.to_string().as_str());
                here.commit(Batch::new().update("c1", next));
                acknowledged.store(number, Ordering::SeqCst);
                if is_over.load(Ordering::SeqCst) {
                    break;
                }
            }
        });
        let there = pair.store();
        let (mut answered, mut last) = (0, 0);
        let deadline = Instant::now() + Duration::from_secs(20);
        while answered < WANTED && Instant::now() < deadline {
            let before = acknowledged.load(Ordering::SeqCst);
            let found = there.creator("c1").unwrap().parse().unwrap_or(0);
            if found < before.max(last) {
                is_over.store(true, Ordering::SeqCst);
                panic!("{found} after {before} and {last}");
            }
            last = found;
            answered += there.reads_there();
        }
        is_over.store(true, Ordering::SeqCst);
        assert!(answered > 0, "the replica answered nothing");
    });
}

/// An operator may have commits not wait for the disk: then they are acknowledged before a replica can have them at all.
#[test]
fn a_commit_that_does_not_wait_for_the_disk_is_seen_too() {
    // Nothing else brings the log to the disk meanwhile.
    let Some(primary) = postgres_server::start_with(&["wal_writer_delay=10s"]) else {
        return;
    };
    let standby = primary.standby().unwrap();
    let pair = Pair::with(primary, standby);
    let address = format!("{}?options=-c%20synchronous_commit%3Doff", pair.database);
    let careless = watched(&pair.primary, &pair.standby, &address);
    for number in 0..20 {
        let id = format!("c{number}");
        careless.insert(&id);
        assert_eq!(careless.creator(&id).as_deref(), Some("ann"));
    }
}

#[test]
fn the_order_of_commits_is_read_at_the_primary_alone() {
    let Some(pair) = Pair::shared() else { return };
    let here = pair.store();
    here.commit(Batch::new().insert(&event("e1")));
    pair.catch_up();
    let events = || Query::<Event>::new().in_commit_order(0);
    let newest = Query::<Event>::new().settled().first();
    assert_eq!(
        block_on(here.store.read_at_replica(events()))
            .unwrap()
            .len(),
        1
    );
    let joined = (Get::<Conversation>::id("c1"), newest);
    let (_, newest) = block_on(here.store.read_at_replica(joined)).unwrap();
    assert!(newest.is_some());
    assert_eq!(here.ran.take(), [""; 0]);
}

#[test]
fn answers_go_on_when_the_replica_is_gone() {
    let Some(pair) = Pair::start() else { return };
    let here = pair.store();
    here.insert("c1");
    assert_eq!(here.until_it_answers("c1").as_deref(), Some("ann"));
    pair.standby.crash().unwrap();
    let begun = Instant::now();
    for _ in 0..20 {
        assert_eq!(here.creator("c1").as_deref(), Some("ann"));
    }
    // The first found it gone; the others don't wait for it, but for one every five seconds.
    let faults = here.faults();
    let all_away = faults
        .iter()
        .all(|fault| matches!(fault, ReplicaFault::Away(_)));
    assert!(all_away && !faults.is_empty(), "{faults:?}");
    assert!(
        faults.len() as u64 <= 1 + begun.elapsed().as_secs() / 5,
        "{faults:?}"
    );
    pair.standby.start_again().unwrap();
    assert_eq!(pair.store().until_it_answers("c1").as_deref(), Some("ann"));
}

#[test]
fn a_server_of_its_own_is_no_replica() {
    let Some(pair) = Pair::start() else { return };
    pair.store().insert("c1");
    pair.catch_up();
    pair.standby.promote().unwrap();
    let url = pair.standby.url(&pair.database);
    let apart = "UPDATE conversations SET \"creatorId\" = 'eve'";
    pair.standby.sql(&url, apart).unwrap();
    let here = pair.store();
    assert_eq!(here.creator("c1").as_deref(), Some("ann"));
    assert_eq!(here.why_not("c1"), ReplicaFault::Foreign);
    // A standby of another server, whose log may be longer.
    let Some(other) = Pair::start() else { return };
    other.store().insert("c1");
    let growth = "CREATE TABLE growth AS SELECT * FROM generate_series(1, 100000)";
    let url = other.primary.url(&other.database);
    other.primary.sql(&url, growth).unwrap();
    other.catch_up();
    let here = watched(&pair.primary, &other.standby, &pair.database);
    assert_eq!(here.creator("c1").as_deref(), Some("ann"));
    assert_eq!(here.why_not("c1"), ReplicaFault::Foreign);
}

/// After a failover one replica still follows the server that isn't the primary any more, and has more of its log than the new one's is long.
#[test]
fn a_replica_of_before_a_failover_is_not_read() {
    let Some(pair) = Pair::start() else { return };
    let left_behind = pair.primary.standby().unwrap();
    pair.store().insert("c1");
    for standby in [&pair.standby, &left_behind] {
        standby.catch_up(&pair.primary).unwrap();
    }
    pair.standby.promote().unwrap();
    let former = pair.primary.url(&pair.database);
    let growth = "CREATE TABLE growth AS SELECT * FROM generate_series(1, 100000)";
    pair.primary.sql(&former, growth).unwrap();
    left_behind.catch_up(&pair.primary).unwrap();
    let here = watched(&pair.standby, &left_behind, &pair.database);
    let bob = Patch::new().set(Conversation::CREATOR_ID, "bob");
    here.commit(Batch::new().update("c1", bob));
    assert_eq!(here.creator("c1").as_deref(), Some("bob"));
    assert_eq!(here.why_not("c1"), ReplicaFault::Foreign);
}
