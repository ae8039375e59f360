//! Two commits of which each decides by what the other one changes, with the first held up in its middle: as if one had come after the other.

use std::thread;
use std::time::Duration;

use futures::executor::block_on;
use whisper_schema::prelude::*;
use whisper_store::postgres::native::PostgresDriver;
use whisper_store::{Batch, Connection, Driver, Filter, Get, Patch, SqlValue, StoreError};

use super::{conversation, database, event, store};

/// An event that another transaction inserts: a commit with it waits for the end of that one.
const HELD: &str = "held";

/// A connection past the store.
struct Raw(Box<dyn Connection>);

impl Raw {
    fn new(url: &str) -> Self {
        Raw(block_on(PostgresDriver::new(url).connect()).unwrap())
    }

    fn run(&self, sql: &str) -> Vec<Vec<SqlValue>> {
        block_on(self.0.execute(sql, &[])).unwrap()
    }

    /// Looks until so many sessions of the database wait for a lock, or something is over.
    fn until_waiting(&self, sessions: i64, is_over: impl Fn() -> bool) {
        let ask = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
        while !is_over() && self.run(ask)[0][0] != SqlValue::Integer(sessions) {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

type Outcome = Result<u64, StoreError>;

/// Commits the first batch, holds it up at its end, and commits the second one meanwhile.
fn held_up(url: &str, first: Batch, second: Batch) -> (Outcome, Outcome) {
    let (raw, holder) = (Raw::new(url), Raw::new(url));
    holder.run("BEGIN");
    holder.run(&format!(
        "INSERT INTO events (_id, kind, subject, payload, \"createdAt\") VALUES ('{HELD}', 'test', 's', '{{}}', 0)"
    ));
    let commit = |batch: Batch| {
        let url = url.to_owned();
        thread::spawn(move || {
            let store = store(&url);
            block_on(store.commit(batch)).map(|done| done.affected[0])
        })
    };
    let first = commit(first.insert(&event(HELD)));
    raw.until_waiting(1, || first.is_finished());
    let second = commit(second);
    raw.until_waiting(2, || second.is_finished());
    holder.run("ROLLBACK");
    (first.join().unwrap(), second.join().unwrap())
}

fn creators(url: &str, ids: [&str; 2]) -> [Option<String>; 2] {
    let found = ids.map(|id| block_on(store(url).read(Get::<Conversation>::id(id))).unwrap());
    found.map(|one| one.map(|one| one.creator_id.clone()))
}

#[test]
fn of_two_that_rest_on_what_the_other_changes_one_is_refused() {
    let Some(url) = database() else { return };
    let both = Batch::new()
        .insert(&conversation("a", "open"))
        .insert(&conversation("b", "open"));
    block_on(store(&url).commit(both)).unwrap();
    // Each closes one while the other one is open: so one of them stays.
    let closes = |one: &str, other: &str| {
        let is_open = Filter::<Conversation>::and([
            Filter::eq(Column::id(), other),
            Filter::eq(Conversation::CREATOR_ID, "open"),
        ]);
        let closed = Patch::new().set(Conversation::CREATOR_ID, "closed");
        Batch::new().expect_some(is_open).update(one, closed)
    };
    let (first, second) = held_up(&url, closes("a", "b"), closes("b", "a"));
    assert!(first.is_ok(), "{first:?}");
    let refused = matches!(second, Err(StoreError::ConditionFailed { op: 0, .. }));
    assert!(refused, "{second:?}");
    let expected = ["closed", "open"].map(|creator| Some(creator.to_owned()));
    assert_eq!(creators(&url, ["a", "b"]), expected);
}

#[test]
fn a_deletion_takes_what_was_made_beside_something_that_it_takes() {
    let Some(url) = database() else { return };
    block_on(store(&url).commit(Batch::new().insert(&conversation("a", "u")))).unwrap();
    // The second one is made because the first one is there: a deletion of both doesn't come in between.
    let beside = Batch::new()
        .expect_some(Filter::<Conversation>::eq(Column::id(), "a"))
        .insert(&conversation("b", "u"));
    let all =
        Batch::new().delete_where::<Conversation>(Filter::eq(Conversation::CREATOR_ID, "u"), 10);
    let (first, second) = held_up(&url, beside, all);
    assert!(first.is_ok(), "{first:?}");
    assert_eq!(second, Ok(2));
    assert_eq!(creators(&url, ["a", "b"]), [None, None]);
}

/// A transaction past the store changes a document while a deletion looks for such: it stays.
#[test]
fn a_deletion_looks_again_at_what_was_changed_meanwhile() {
    let Some(url) = database() else { return };
    let two = Batch::new()
        .insert(&conversation("a", "old"))
        .insert(&conversation("b", "old"));
    block_on(store(&url).commit(two)).unwrap();
    let (raw, changing) = (Raw::new(&url), Raw::new(&url));
    changing.run("BEGIN");
    changing.run("UPDATE conversations SET \"creatorId\" = 'new' WHERE _id = 'a'");
    let deleting = thread::spawn({
        let url = url.clone();
        move || {
            // One is to go: the other one, as the first is no longer old.
            let is_old = Filter::eq(Conversation::CREATOR_ID, "old");
            let batch = Batch::new().delete_where::<Conversation>(is_old, 1);
            block_on(store(&url).commit(batch)).map(|done| done.affected[0])
        }
    });
    raw.until_waiting(1, || deleting.is_finished());
    changing.run("COMMIT");
    assert_eq!(deleting.join().unwrap(), Ok(1));
    assert_eq!(creators(&url, ["a", "b"]), [Some("new".to_owned()), None]);
}

#[test]
fn of_two_that_each_make_what_the_other_expects_not_to_be_there_one_is_refused() {
    let Some(url) = database() else { return };
    block_on(store(&url).commit(Batch::new().insert(&conversation("c", "u")))).unwrap();
    let is = |id: &str| Filter::<Conversation>::eq(Column::id(), id);
    let makes = |one: &str, other: &str| {
        Batch::new()
            .expect_none(is(other))
            .insert(&conversation(one, "u"))
    };
    let (first, second) = held_up(&url, makes("a", "b"), makes("b", "a"));
    assert!(first.is_ok(), "{first:?}");
    let refused = matches!(second, Err(StoreError::ConditionFailed { op: 0, .. }));
    assert!(refused, "{second:?}");
    assert_eq!(creators(&url, ["a", "b"]), [Some("u".to_owned()), None]);
}

#[test]
fn a_change_of_one_that_another_names_among_those_that_are_not_so_comes_after_it() {
    let Some(url) = database() else { return };
    let both = ["a", "b"].into_iter().fold(Batch::new(), |batch, id| {
        batch.insert(&conversation(id, "open"))
    });
    block_on(store(&url).commit(both)).unwrap();
    let closed = || Patch::new().set(Conversation::CREATOR_ID, "closed");
    let none_is_closed = Filter::<Conversation>::and([
        Filter::is_in(Column::id(), ["a", "b"]),
        Filter::eq(Conversation::CREATOR_ID, "closed"),
    ]);
    let first = Batch::new().update("b", closed());
    let second = Batch::new()
        .expect_none(none_is_closed)
        .update("a", closed());
    let (first, second) = held_up(&url, first, second);
    assert!(first.is_ok(), "{first:?}");
    let refused = matches!(second, Err(StoreError::ConditionFailed { op: 0, .. }));
    assert!(refused, "{second:?}");
}

#[test]
fn a_commit_of_others_goes_on_beside_one_that_expects_none_among_those_it_names() {
    let Some(url) = database() else { return };
    let is_none = Filter::<Conversation>::is_in(Column::id(), ["a", "b"]);
    let names = Batch::new()
        .expect_none(is_none)
        .insert(&conversation("c", "u"));
    let (raw, holder) = (Raw::new(&url), Raw::new(&url));
    block_on(store(&url).commit(Batch::new().insert(&conversation("d", "u")))).unwrap();
    holder.run("BEGIN");
    holder.run(&format!(
        "INSERT INTO events (_id, kind, subject, payload, \"createdAt\") VALUES ('{HELD}', 'test', 's', '{{}}', 0)"
    ));
    let held = {
        let url = url.clone();
        thread::spawn(move || block_on(store(&url).commit(names.insert(&event(HELD)))).map(drop))
    };
    raw.until_waiting(1, || held.is_finished());
    let other =
        Batch::new().update::<Conversation>("d", Patch::new().set(Conversation::CREATOR_ID, "v"));
    block_on(store(&url).commit(other)).unwrap();
    holder.run("ROLLBACK");
    held.join().unwrap().unwrap();
}
