//! When the database fails in the middle: no caller is told a lie, and nothing stays locked.
#![allow(clippy::unwrap_used)]

mod support;

use futures::future::join_all;
use support::{block_on, store};
use whisper_schema::prelude::*;
use whisper_store::{Batch, DriverError, Filter, Query, StoreError};

fn broken() -> DriverError {
    DriverError::Unavailable("disk I/O error".into())
}

fn event(i: usize) -> Event {
    Event {
        id: format!("e{i}"),
        ..Event::default()
    }
}

/// Two operations.
fn pair(i: usize) -> Batch {
    Batch::new().insert(&event(i)).insert(&Message {
        id: format!("m{i}"),
        ..Message::default()
    })
}

/// So many operations of so many forms that no one statement does them all.
fn many(i: usize) -> Batch {
    (0..120).fold(pair(i), |batch, n| {
        batch
            .expect_none(Filter::<Event>::eq(Column::id(), format!("x{n}")))
            .insert(&event(1000 * (i + 1) + n))
    })
}

/// The statement of a batch that isn't one of one operation.
const COMMIT: &str = "INSERT INTO _commit";

fn count(store: &whisper_store::Store) -> (u64, u64) {
    let events = block_on(store.read(Query::<Event>::new().count(200))).unwrap();
    (
        events,
        block_on(store.read(Query::<Message>::new().count(200))).unwrap(),
    )
}

#[test]
fn a_commit_that_fails_fails_all_of_its_group() {
    let (store, driver) = store();
    // The first one finds no others waiting, and goes alone.
    block_on(store.commit(pair(9))).unwrap();
    driver.fail(COMMIT, 2, broken(), false);
    let results = block_on(join_all((0..4).map(|i| store.commit(pair(i)))));
    let is_unknown = |result: &&Result<_, _>| matches!(result, Err(StoreError::Unavailable(_)));
    assert_eq!(results.iter().filter(is_unknown).count(), 4, "{results:?}");
    assert_eq!(count(&store), (1, 1));
    // On a new connection everything works again.
    block_on(store.commit(pair(1))).unwrap();
    assert_eq!(count(&store), (2, 2));
}

#[test]
fn a_commit_whose_answer_is_lost_is_no_success() {
    for (statement, batch, events) in [(COMMIT, pair(1), 1), ("COMMIT", many(1), 121)] {
        let (store, driver) = store();
        block_on(store.migrate()).unwrap();
        driver.fail(statement, 1, broken(), true);
        let result = block_on(store.commit(batch));
        let is_unknown = matches!(result, Err(StoreError::Unavailable(_)));
        assert!(is_unknown, "{result:?}");
        assert_eq!(count(&store), (events, 1));
    }
}

#[test]
fn what_is_too_much_for_one_statement_is_all_or_nothing_too() {
    let (store, driver) = store();
    block_on(store.commit(many(1))).unwrap();
    let opened = driver.opened();
    let refused = block_on(store.commit(many(1)));
    assert!(
        matches!(refused, Err(StoreError::Conflict { .. })),
        "{refused:?}"
    );
    assert_eq!((count(&store), driver.opened()), ((121, 1), opened));
    driver.fail("ROLLBACK", 1, broken(), false);
    let refused = block_on(store.commit(many(1)));
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    // The transaction went with its connection: the next one isn't locked out.
    block_on(store.commit(pair(2))).unwrap();
    assert_eq!(driver.opened(), opened + 1);
    assert_eq!(count(&store), (122, 2));
}

#[test]
fn a_statement_that_fails_leaves_nothing() {
    let (store, driver) = store();
    block_on(store.migrate()).unwrap();
    driver.fail(
        COMMIT,
        10,
        DriverError::Other("no such table".into()),
        false,
    );
    let result = block_on(store.commit(pair(1)));
    assert!(matches!(result, Err(StoreError::Internal(_))), "{result:?}");
    assert_eq!(count(&store), (0, 0));
}

#[test]
fn a_lock_is_waited_for() {
    let (store, driver) = store();
    block_on(store.migrate()).unwrap();
    driver.fail(COMMIT, 5, DriverError::Busy, false);
    block_on(store.commit(pair(1))).unwrap();
    driver.fail("INSERT", 5, DriverError::Busy, false);
    block_on(store.commit(Batch::new().insert(&event(2)))).unwrap();
    driver.fail("SELECT", 5, DriverError::Busy, false);
    assert_eq!(count(&store), (2, 1));
}

#[test]
fn a_lock_that_stays_is_busy_for_those_who_waited() {
    let (store, driver) = store();
    block_on(store.migrate()).unwrap();
    driver.fail(COMMIT, usize::MAX, DriverError::Busy, false);
    let results = block_on(join_all((0..3).map(|i| store.commit(pair(i)))));
    assert!(
        results
            .iter()
            .all(|result| *result == Err(StoreError::Busy)),
        "{results:?}"
    );
    driver.fail(COMMIT, 0, DriverError::Busy, false);
    assert_eq!(count(&store), (0, 0));
}

#[test]
fn a_commit_dropped_at_any_point_leaves_no_lock() {
    let (store, driver) = store();
    block_on(store.migrate()).unwrap();
    let other = whisper_store::Store::new(driver.clone(), support::clock());
    for polls in 0..16 {
        let commit = store.commit(pair(polls));
        block_on(async {
            let mut commit = Box::pin(commit);
            for _ in 0..polls {
                if futures::poll!(commit.as_mut()).is_ready() {
                    break;
                }
            }
        });
        // Another instance gets the lock at once, not after the patience of a waiting request.
        driver.statements();
        let one = Event {
            id: format!("other{polls}"),
            ..Event::default()
        };
        block_on(other.commit(Batch::new().insert(&one))).unwrap();
        assert!(
            driver.statements().len() <= 7,
            "dropped after {polls} polls"
        );
    }
    let both = block_on(
        store.read(
            Query::<Event>::new()
                .filter(Filter::starts_with(Column::id(), "e"))
                .count(200),
        ),
    );
    assert_eq!(both.unwrap(), count(&store).1);
}
