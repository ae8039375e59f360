//! Whole databases are copied between SQLite and PostgreSQL, and no write is lost on the way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "copy/filled.rs"]
mod filled;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::rc::Rc;

use futures::executor::block_on;
use whisper_schema::MIGRATIONS;
use whisper_schema::prelude::*;
use whisper_store::copy::{Copied, CopyError, Progress, Side, copy};
use whisper_store::native::NativeDriver;
use whisper_store::postgres::native::PostgresDriver;
use whisper_store::{
    Batch, Connection, Driver, DriverError, Get, Query, SqlValue, Store, StoreError,
};

const NOW: i64 = 1_767_225_600_000;

/// A database of a test's own.
enum Place {
    Sqlite {
        file: PathBuf,
        _folder: tempfile::TempDir,
    },
    Postgres(String),
}

impl Place {
    fn sqlite() -> Place {
        let folder = tempfile::tempdir().unwrap();
        Place::Sqlite {
            file: folder.path().join("whisper.db"),
            _folder: folder,
        }
    }

    /// None, after a line that says so, where there is no server.
    fn postgres() -> Option<Place> {
        let server = postgres_server::shared()?;
        Some(Place::Postgres(server.fresh_database()))
    }

    fn driver(&self) -> Rc<dyn Driver> {
        match self {
            Place::Sqlite { file, .. } => Rc::new(NativeDriver::new(file)),
            Place::Postgres(url) => Rc::new(PostgresDriver::new(url)),
        }
    }

    fn side(&self) -> Side {
        let name = match self {
            Place::Sqlite { .. } => "the file",
            Place::Postgres(_) => "the server",
        };
        Side::new(self.driver(), name)
    }

    fn store(&self) -> Store {
        Store::new(self.driver(), Rc::new(|| Timestamp::from_millis(NOW)))
    }

    fn connect(&self) -> Box<dyn Connection> {
        block_on(self.driver().connect()).unwrap()
    }

    /// Runs statements on a thread of their own, as another process does: for the middle of a copy.
    fn meanwhile(&self, statements: &[&str]) -> Result<(), DriverError> {
        let (file, url) = match self {
            Place::Sqlite { file, .. } => (Some(file.clone()), None),
            Place::Postgres(url) => (None, Some(url.clone())),
        };
        let run = || {
            let driver: Rc<dyn Driver> = match (file, url) {
                (Some(file), _) => Rc::new(NativeDriver::new(file)),
                (None, url) => Rc::new(PostgresDriver::new(&url.unwrap_or_default())),
            };
            let connection = block_on(driver.connect())?;
            for statement in statements {
                block_on(connection.execute(statement, &[]))?;
            }
            Ok(())
        };
        std::thread::scope(|scope| scope.spawn(run).join().unwrap())
    }

    fn rows(&self, sql: &str) -> Vec<Vec<SqlValue>> {
        block_on(self.connect().execute(sql, &[])).unwrap()
    }

    /// With the tables, and documents of every collection.
    fn filled(self) -> Self {
        block_on(self.store().migrate()).unwrap();
        let connection = self.connect();
        for statement in filled::statements(self.driver().dialect()) {
            block_on(connection.execute(&statement, &[])).unwrap();
        }
        self
    }
}

fn message(id: &str) -> Message {
    Message {
        id: id.to_owned(),
        conversation_id: "c".to_owned(),
        sender_id: "u".to_owned(),
        ..Message::default()
    }
}

fn copied(
    from: &Place,
    to: &Place,
    tell: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Copied, CopyError> {
    let now = Timestamp::from_millis(NOW);
    block_on(copy(&from.side(), &to.side(), now, tell))
}

fn whole(from: &Place, to: &Place) -> Copied {
    copied(from, to, |_| ControlFlow::Continue(())).unwrap()
}

/// Breaks off after the first portion.
fn broken_off(from: &Place, to: &Place) {
    let stopped = copied(from, to, |_| ControlFlow::Break(()));
    assert_eq!(stopped, Err(CopyError::Stopped));
}

#[track_caller]
fn refused(outcome: Result<Copied, CopyError>, why: &str) {
    match outcome {
        Err(CopyError::Refused(told)) => assert!(told.contains(why), "{told}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn everything_gets_to_postgres_and_back() {
    let Some(server) = Place::postgres() else {
        return;
    };
    let (file, back) = (Place::sqlite().filled(), Place::sqlite());
    let there = whole(&file, &server);
    let documents: u64 = there.collections.iter().map(|(_, count, _)| count).sum();
    assert!(
        there.collections.iter().all(|(_, count, _)| *count >= 3),
        "{there:?}"
    );
    assert!(documents > 1000 && !there.went_on);
    let parts = server.rows("SELECT count(DISTINCT tableoid) FROM \"events\"");
    assert_eq!(parts, [[SqlValue::Integer(3)]]);
    assert_eq!(whole(&server, &back).collections, there.collections);
    for table in filled::tables() {
        let all = format!("SELECT * FROM \"{table}\" ORDER BY _seq");
        assert_eq!(back.rows(&all), file.rows(&all), "{table}");
    }
    let time = "SELECT at FROM _clock";
    assert_eq!(back.rows(time), file.rows(time));
}

#[test]
fn a_copy_is_read_and_written_like_any_other_database() {
    // One of its own: transactions of any database of a server hold back what is read in the order of commits.
    let Some(alone) = postgres_server::start() else {
        return;
    };
    let server = Place::Postgres(alone.fresh_database());
    let file = Place::sqlite();
    let say = |place: &Place, id: &str| {
        block_on(place.store().commit(Batch::new().insert(&message(id)))).unwrap();
    };
    ["m1", "m2", "m3"].iter().for_each(|id| say(&file, id));
    // As far as a database gets that has had a hundred million messages.
    let far = 100_000_000_i64;
    file.rows(&format!("UPDATE messages SET _seq = _seq + {far}"));
    whole(&file, &server);
    assert_eq!(in_order(&server), ["m1", "m2", "m3"], "none is held back");
    say(&server, "m4");
    assert_eq!(in_order(&server), ["m1", "m2", "m3", "m4"]);
    let back = Place::sqlite();
    whole(&server, &back);
    say(&back, "m5");
    assert_eq!(in_order(&back), ["m1", "m2", "m3", "m4", "m5"]);
    // Places of documents that are gone aren't given again.
    let number = |place: &Place, sql: &str| match place.rows(sql)[0][0] {
        SqlValue::Integer(number) => number,
        ref other => panic!("{other:?}"),
    };
    let given = number(&server, "SELECT max(_seq) FROM messages");
    assert!(given > far);
    let next = "SELECT seq FROM sqlite_sequence WHERE name = 'events'";
    assert!(number(&back, next) > given);
}

/// Ids of the messages in the order of their commits, as far as they can be read.
fn in_order(place: &Place) -> Vec<String> {
    let all = Query::<Message>::new().in_commit_order(0).limit(500);
    let found = block_on(place.store().read(all)).unwrap();
    found.into_iter().map(|each| each.id.clone()).collect()
}

fn goes_on(from: &Place, to: &Place) {
    let mut runs = 0;
    loop {
        runs += 1;
        let mut portions = 0;
        let outcome = copied(from, to, |_| {
            portions += 1;
            match portions < 20 {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        });
        match outcome {
            Ok(copied) => {
                assert!(copied.went_on);
                break;
            }
            Err(CopyError::Stopped) => {
                let unfinished = block_on(to.store().read(Get::<Message>::id("m")));
                match unfinished {
                    Err(StoreError::Internal(why)) => {
                        assert!(why.contains("isn't finished"), "{why}")
                    }
                    other => panic!("{other:?}"),
                }
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(runs > 4, "{runs}");
    assert!(block_on(to.store().read(Get::<Message>::id("m"))).is_ok());
}

#[test]
fn a_copy_that_is_broken_off_goes_on_to_a_file() {
    goes_on(&Place::sqlite().filled(), &Place::sqlite());
}

#[test]
fn a_copy_that_is_broken_off_goes_on_to_a_server_and_back() {
    let Some((one, other)) = Place::postgres().zip(Place::postgres()) else {
        return;
    };
    goes_on(&Place::sqlite().filled(), &one);
    goes_on(&one, &other);
}

#[test]
fn nobody_writes_to_a_source_meanwhile() {
    let lost = "UPDATE messages SET content = 'lost'";
    let places = [
        (Some(Place::sqlite()), vec![lost]),
        (Place::postgres(), vec!["SET lock_timeout = 1", lost]),
    ];
    for (source, write) in places {
        let Some(source) = source.map(Place::filled) else {
            return;
        };
        let mut tried = 0;
        let outcome = copied(&source, &Place::sqlite(), |_| {
            assert_eq!(source.meanwhile(&write), Err(DriverError::Busy));
            tried += 1;
            ControlFlow::Continue(())
        });
        assert!(outcome.is_ok() && tried > 100, "{outcome:?}");
    }
}

#[test]
fn somebody_who_is_writing_has_the_copy_refused() {
    let places = [Some(Place::sqlite()), Place::postgres()];
    for source in places.into_iter().flatten() {
        let source = source.filled();
        let begin = match source {
            Place::Sqlite { .. } => "BEGIN IMMEDIATE",
            Place::Postgres(_) => "BEGIN",
        };
        let writer = source.connect();
        block_on(writer.execute(begin, &[])).unwrap();
        block_on(writer.execute("UPDATE messages SET content = 'soon'", &[])).unwrap();
        let target = Place::sqlite();
        let outcome = copied(&source, &target, |_| ControlFlow::Continue(()));
        refused(outcome, "stop all its hosts");
    }
}

#[test]
fn a_source_that_was_written_to_between_is_refused() {
    let places = [Some(Place::sqlite()), Place::postgres()];
    for source in places.into_iter().flatten() {
        let source = source.filled();
        for write in [
            "UPDATE messages SET content = 'other'",
            "DELETE FROM messages WHERE _id = 'messages-1'",
            "UPDATE \"jobLeases\" SET \"until\" = 5",
        ] {
            let target = Place::sqlite();
            broken_off(&source, &target);
            source.rows(write);
            let outcome = copied(&source, &target, |_| ControlFlow::Continue(()));
            refused(outcome, "before it was changed");
        }
    }
}

#[test]
fn a_target_that_was_written_to_between_is_refused() {
    let (source, target) = (Place::sqlite().filled(), Place::sqlite());
    broken_off(&source, &target);
    target.rows("UPDATE profiles SET bio = 'other'");
    let outcome = copied(&source, &target, |_| ControlFlow::Continue(()));
    refused(outcome, "profiles has other documents");
    let still = block_on(target.store().read(Get::<Message>::id("m")));
    assert!(matches!(still, Err(StoreError::Internal(_))), "{still:?}");
}

#[test]
fn a_target_with_documents_is_refused_and_stays_as_it_is() {
    let places = [Some(Place::sqlite()), Place::postgres()];
    for target in places.into_iter().flatten() {
        let store = target.store();
        block_on(store.commit(Batch::new().insert(&message("mine")))).unwrap();
        let outcome = copied(&Place::sqlite().filled(), &target, |_| {
            ControlFlow::Continue(())
        });
        refused(outcome, "isn't empty: it has documents in messages");
        let mine = block_on(target.store().read(Query::<Message>::new().count(10)));
        assert_eq!(mine, Ok(1));
    }
}

#[test]
fn a_target_of_an_older_version_with_documents_stays_one() {
    let target = Place::sqlite();
    let clock = Rc::new(|| Timestamp::from_millis(NOW));
    let older = Store::with_migrations(target.driver(), clock, &MIGRATIONS[..2]);
    block_on(older.migrate()).unwrap();
    target
        .rows("INSERT INTO \"consumerCursors\" (_id, position, \"updatedAt\") VALUES ('c', 1, 1)");
    let outcome = copied(&Place::sqlite().filled(), &target, |_| {
        ControlFlow::Continue(())
    });
    refused(outcome, "it has documents in consumerCursors");
    let version = target.rows("SELECT max(number) FROM _migrations");
    assert_eq!(version, [[SqlValue::Integer(2)]]);
}

#[test]
fn a_target_with_a_copy_of_another_source_is_refused() {
    let (one, other, target) = (
        Place::sqlite().filled(),
        Place::sqlite().filled(),
        Place::sqlite(),
    );
    other.rows("DELETE FROM stories");
    broken_off(&one, &target);
    let outcome = copied(&other, &target, |_| ControlFlow::Continue(()));
    refused(outcome, "from another source");
    assert!(whole(&one, &target).went_on);
}

#[test]
fn a_database_without_tables_of_this_version_is_no_source() {
    let outcome = copied(&Place::sqlite(), &Place::sqlite(), |_| {
        ControlFlow::Continue(())
    });
    refused(outcome, "`whisper migrate`");
}

#[test]
fn two_copies_into_one_server_are_one_too_many() {
    let Some(server) = Place::postgres() else {
        return;
    };
    let Place::Postgres(url) = &server else {
        return;
    };
    let source = Place::sqlite().filled();
    let mut told = false;
    let outcome = copied(&source, &server, |_| {
        let second = || {
            let target = Place::Postgres(url.clone());
            let outcome = copied(&Place::sqlite().filled(), &target, |_| {
                ControlFlow::Continue(())
            });
            refused(outcome, "under way");
        };
        if !std::mem::replace(&mut told, true) {
            std::thread::scope(|scope| scope.spawn(second).join().unwrap());
        }
        ControlFlow::Continue(())
    });
    assert!(outcome.is_ok() && told);
}
