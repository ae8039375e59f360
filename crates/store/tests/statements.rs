//! The cost of a commit and of a read: every statement is a hop to another thread of the host.
#![allow(clippy::unwrap_used)]

mod support;

use std::rc::Rc;

use support::{Counting, block_on};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Get, Order, Patch, Query, Store};

/// A message sent: insert and update, and three more inserts that follow from it.
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

/// How the statements begin.
fn verbs(driver: &Counting) -> Vec<String> {
    let statements = driver.statements();
    let verb = |sql: &String| sql.split(' ').next().unwrap_or_default().to_owned();
    statements.iter().map(verb).collect()
}

#[test]
fn a_send_alone_is_one_statement() {
    let (store, driver) = ready();
    // The first one of its form on this connection makes the table of results, and its view and trigger.
    block_on(store.commit(send(1))).unwrap();
    assert_eq!(verbs(&driver), ["CREATE", "CREATE", "CREATE", "INSERT"]);
    block_on(store.commit(send(2))).unwrap();
    assert_eq!(verbs(&driver), ["INSERT"]);
}

#[test]
fn sends_that_wait_are_one_statement() {
    let (store, driver) = ready();
    block_on(store.commit(send(16))).unwrap();
    driver.statements();
    let sends = (0..16).map(|i| store.commit(send(i)));
    let results = block_on(futures::future::join_all(sends));
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    // The first one finds no others waiting. Another statement, without the lock, asks for the time of the others.
    assert_eq!(verbs(&driver), ["INSERT", "INSERT", "SELECT"]);
    // The INSERT itself returns the times of a few.
    let sends = (17..22).map(|i| store.commit(send(i)));
    let results = block_on(futures::future::join_all(sends));
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(verbs(&driver), ["INSERT", "INSERT"]);
}

#[test]
fn a_connection_keeps_so_many_forms() {
    let (store, driver) = ready();
    // As many forms as there are numbers of conditions.
    let batch = |conditions: usize| {
        (0..conditions).fold(Batch::new(), |batch, i| {
            batch.expect_none(Filter::<Event>::eq(Column::id(), format!("x{i}")))
        })
    };
    for conditions in (1..60).chain([59, 1]) {
        block_on(store.commit(batch(conditions))).unwrap();
    }
    let statements = driver.statements();
    let dropped = |sql: &&String| sql.starts_with("DROP VIEW");
    // The first ones made way, and the first of all once more.
    assert_eq!(statements.iter().filter(dropped).count(), 59 - 48 + 1);
    assert_eq!(statements.len(), 61 + 60 * 2 + 12);
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
    // A view and its trigger, the first one, and the four others.
    assert_eq!(driver.statements().len(), 2 + 1 + 1);
    for i in 1..6 {
        let found = block_on(store.read(Get::<RateLimit>::id(format!("r{i}"))))
            .unwrap()
            .unwrap();
        assert_eq!((found.count, found.revision), (2, 2));
    }
}

#[test]
fn one_bad_send_costs_the_others_a_few_more() {
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
    // The first one; the three others, the first of them, the last two, and each of those.
    assert_eq!(driver.statements().len(), 1 + 1 + 1 + 1 + 2);
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
    for statements in [4, 1] {
        block_on(store.commit(Batch::new().update::<Conversation>("c1", timed.clone()))).unwrap();
        assert_eq!(driver.statements().len(), statements);
    }
}

#[test]
fn expectations_and_bounded_deletes_are_one_statement() {
    let (store, driver) = ready();
    let here = |id: &str| Filter::<Conversation>::eq(Column::id(), id);
    let gone = Filter::<Message>::eq(Column::id(), "m");
    let old = Filter::<Event>::lt(Column::seq(), 100);
    let batch = Batch::new()
        .expect_some(here("c1"))
        .expect_none(gone)
        .expect_some(here("c2"))
        .delete_where(old, 10);
    for statements in [4, 1] {
        let done = block_on(store.commit(batch.clone())).unwrap();
        assert_eq!(done.affected, [0, 0, 0, 0]);
        assert_eq!(driver.statements().len(), statements);
    }
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
    assert_eq!(driver.statements().len(), 1);
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
    block_on(another.read(Get::<Conversation>::id("c1"))).unwrap();
    block_on(another.read(Get::<Conversation>::id("c1"))).unwrap();
    assert_eq!(driver.statements().len(), 3);
}
