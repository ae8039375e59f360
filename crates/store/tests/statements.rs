//! What a commit and a read cost: every statement is a hop to another thread of the host.
#![allow(clippy::unwrap_used)]

mod support;

use std::rc::Rc;

use support::{Counting, block_on};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Get, Order, Patch, Query, Store};

/// A message sent: insert and update, and three more inserts for what follows from it.
fn send(i: usize) -> Batch {
    let id = format!("m{i}");
    let message = Message {
        id: id.clone(),
        created_at: Some(Timestamp::AT_COMMIT),
        ..Message::default()
    };
    let summary = Patch::new()
        .set(Conversation::LAST_MESSAGE_ID, id.as_str())
        .set(Conversation::LAST_MESSAGE_TEXT, "hello")
        .set(Conversation::LAST_MESSAGE_AT, Timestamp::AT_COMMIT);
    Batch::new()
        .insert(&message)
        .update::<Conversation>(&format!("c{}", i % 8), summary)
        .insert(&QueuedMessage {
            id: id.clone(),
            ..QueuedMessage::default()
        })
        .insert(&UserActivity {
            id: id.clone(),
            ..UserActivity::default()
        })
        .insert(&Event {
            id,
            ..Event::default()
        })
}

fn ready() -> (Store, Rc<Counting>) {
    let driver = Counting::temporary();
    let store = Store::new(driver.clone(), support::clock());
    let mut batch = Batch::new();
    for i in 0..8 {
        batch = batch.insert(&Conversation {
            id: format!("c{i}"),
            ..Conversation::default()
        });
    }
    block_on(store.commit(batch)).unwrap();
    driver.statements();
    (store, driver)
}

#[test]
fn a_send_alone_is_seven_statements() {
    let (store, driver) = ready();
    block_on(store.commit(send(1))).unwrap();
    let statements = driver.statements();
    let verbs: Vec<&str> = statements
        .iter()
        .filter_map(|sql| sql.split(' ').next())
        .collect();
    assert_eq!(
        verbs,
        [
            "BEGIN", "INSERT", "UPDATE", "INSERT", "INSERT", "INSERT", "COMMIT"
        ]
    );
}

#[test]
fn sixteen_sends_at_once_are_eight_statements() {
    let (store, driver) = ready();
    let results = block_on(futures::future::join_all(
        (0..16).map(|i| store.commit(send(i))),
    ));
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    let statements = driver.statements();
    let verbs: Vec<&str> = statements
        .iter()
        .filter_map(|sql| sql.split(' ').next())
        .collect();
    // Those of many rows begin with their list. The SELECT asks how many conversations the second, an UPDATE, found.
    let expected = [
        "BEGIN", "WITH", "WITH", "SELECT", "WITH", "WITH", "WITH", "COMMIT",
    ];
    assert_eq!(verbs, expected);
}

#[test]
fn counters_of_many_are_one_statement() {
    let (store, driver) = ready();
    let count = |i: usize| {
        let (id, bucket) = (format!("r{i}"), format!("b{i}"));
        let first = RateLimit {
            id,
            bucket,
            count: 1,
            ..RateLimit::default()
        };
        let more = Patch::new().add(RateLimit::COUNT, 1);
        let few = Filter::lt(RateLimit::COUNT, 3);
        // Two operations, so that it needs a transaction.
        let other = Event {
            id: format!("e{i}-{}", driver.opened()),
            ..Event::default()
        };
        Batch::new()
            .insert_or_update_if(&first, more, few)
            .label("limit")
            .insert(&other)
    };
    // Twice the same event: one is refused, and the others don't suffer.
    let ids = [0, 1, 2, 3, 4, 5, 0];
    let results = block_on(futures::future::join_all(
        ids.map(|i| store.commit(count(i))),
    ));
    assert_eq!(
        results.iter().filter(|result| result.is_ok()).count(),
        6,
        "{results:?}"
    );
    driver.statements();
    let more = |i: usize| {
        let first = RateLimit {
            id: format!("r{i}"),
            bucket: format!("b{i}"),
            count: 1,
            ..RateLimit::default()
        };
        let add = Patch::new().add(RateLimit::COUNT, 1);
        let named = Patch::new().set(Conversation::NAME, "x");
        Batch::new()
            .insert_or_update_if(&first, add, Filter::lt(RateLimit::COUNT, 3))
            .update::<Conversation>(&format!("c{i}"), named)
    };
    let results = block_on(futures::future::join_all(
        (1..6).map(|i| store.commit(more(i))),
    ));
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(driver.statements().len(), 2 + 2 + 2);
    for i in 1..6 {
        let found = block_on(store.get::<RateLimit>(&format!("r{i}")))
            .unwrap()
            .unwrap();
        assert_eq!((found.count, found.revision), (2, 2));
    }
}

#[test]
fn one_bad_send_costs_the_others_a_second_round() {
    let (store, driver) = ready();
    block_on(store.commit(send(3))).unwrap();
    driver.statements();
    let results = block_on(futures::future::join_all(
        (0..4).map(|i| store.commit(send(i))),
    ));
    assert_eq!(
        results.iter().map(Result::is_ok).collect::<Vec<_>>(),
        [true, true, true, false]
    );
    // BEGIN, the refused INSERT, ROLLBACK; BEGIN, COMMIT; each batch with SAVEPOINT and RELEASE, the
    // bad one ended by ROLLBACK TO.
    assert_eq!(driver.statements().len(), 3 + 2 + 3 * (5 + 2) + (1 + 3));
}

#[test]
fn a_single_operation_needs_no_transaction() {
    let (store, driver) = ready();
    let named = Patch::new().set(Conversation::NAME, "x");
    block_on(store.commit(Batch::new().update::<Conversation>("c1", named.clone()))).unwrap();
    block_on(store.commit(Batch::new().increment("c1", Conversation::PARTICIPANT_COUNT, 1)))
        .unwrap();
    block_on(store.commit(Batch::new().insert(&Event {
        id: "e".into(),
        ..Event::default()
    })))
    .unwrap();
    block_on(store.commit(Batch::new().delete::<Event>("e"))).unwrap();
    assert_eq!(driver.statements().len(), 4);
    // The time of a commit is that of its lock.
    let timed = named.set(Conversation::UPDATED_AT, Timestamp::AT_COMMIT);
    block_on(store.commit(Batch::new().update::<Conversation>("c1", timed))).unwrap();
    assert_eq!(driver.statements().len(), 3);
}

#[test]
fn expectations_in_a_row_are_one_statement() {
    let (store, driver) = ready();
    let here = |id: &str| Filter::<Conversation>::eq(Column::id(), id);
    let gone = Filter::<Message>::eq(Column::id(), "m");
    let batch = Batch::new()
        .expect_some(here("c1"))
        .expect_none(gone)
        .expect_some(here("c2"));
    block_on(store.commit(batch)).unwrap();
    assert_eq!(driver.statements().len(), 3);
}

#[test]
fn a_hundred_inserts_are_one_statement() {
    let (store, driver) = ready();
    let batch = (0..100).fold(Batch::new(), |batch, i| {
        batch.insert(&ConversationMember {
            id: format!("x{i}"),
            user_id: format!("u{i}"),
            ..Default::default()
        })
    });
    block_on(store.commit(batch)).unwrap();
    assert_eq!(driver.statements().len(), 3);
}

#[test]
fn a_read_is_one_statement_whatever_it_asks() {
    let (store, driver) = ready();
    let newest = Query::<Message>::new().order(Order::desc(Column::seq()));
    let set = (
        Get::<Conversation>::id("c1"),
        newest.clone().page(),
        newest.count(9),
        Get::<Session>::id("s"),
    );
    block_on(store.read(set)).unwrap();
    assert_eq!(driver.statements().len(), 1);
}

#[test]
fn a_store_on_a_migrated_database_asks_once() {
    let (_, driver) = ready();
    let another = Store::new(driver.clone(), support::clock());
    block_on(another.get::<Conversation>("c1")).unwrap();
    block_on(another.get::<Conversation>("c1")).unwrap();
    assert_eq!(driver.statements().len(), 3);
}
