//! Commits that take the same rows at once: none is caught in a deadlock, and writes that one loses are done again.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use appwrite_server::{Database, Options, Server};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Get, Patch, Query, Store, StoreError};

use crate::batches::{conversation, message, renamed, store, store_at, wait};
use crate::server::{self, OPTIONS};

pub fn holding(id: &str, token: &str) -> TokenHolding {
    TokenHolding {
        id: id.to_owned(),
        user_id: "u".to_owned(),
        wallet_address: "w".to_owned(),
        chain: "ethereum".to_owned(),
        token_address: token.to_owned(),
        ..TokenHolding::default()
    }
}

fn commit(store: &Store, batch: Batch) {
    wait(store.commit(batch)).unwrap();
}

/// A server with two conversations, on which commits that take rows in different orders are caught.
fn prepared(database: Database) -> (Server, Store) {
    let server = server::small(Options {
        database,
        ..OPTIONS
    });
    let store = store(&server);
    let both = Batch::new()
        .insert(&conversation("a"))
        .insert(&conversation("b"));
    commit(&store, both);
    server.deadlocks();
    (server, store)
}

#[test]
fn rows_are_taken_in_one_order_whatever_a_batch_says() {
    for database in [Database::MariaDb, Database::PostgreSql] {
        let (server, store) = prepared(database);
        let one = |id: &str| Batch::new().increment(id, Conversation::PARTICIPANT_COUNT, 1);
        for round in 0..6 {
            let [first, second] = match round % 2 {
                0 => ["a", "b"],
                _ => ["b", "a"],
            };
            let new = message(&format!("m{}", 9 - round));
            let mine = Filter::eq(Conversation::CREATOR_ID, "u");
            let batch = match round % 3 {
                0 => one(first).append(one(second)).insert(&new),
                1 => Batch::new()
                    .insert(&new)
                    .append(one(second))
                    .append(one(first)),
                _ => Batch::new()
                    .update_if(first, renamed("x"), mine)
                    .insert(&new)
                    .append(one(second)),
            };
            commit(&store, batch);
            commit(
                &store,
                Batch::new().delete::<Message>(&new.id).append(one("a")),
            );
        }
        assert_eq!(server.deadlocked(), 0, "{database:?}");
        let sum = |id: &str| {
            wait(store.read(Get::<Conversation>::id(id)))
                .unwrap()
                .unwrap()
        };
        assert_eq!(
            (sum("a").participant_count, sum("b").participant_count),
            (11, 5)
        );
    }
}

/// Several hundred rows, in operations that are about many.
#[test]
fn many_new_rows_are_made_in_the_order_of_their_ids() {
    let (server, store) = prepared(Database::MariaDb);
    let made = |ids: &[usize]| {
        let all = ids.iter().map(|n| message(&format!("m{n:03}")));
        all.fold(Batch::new(), |batch, new| batch.insert(&new))
    };
    let up: Vec<usize> = (0..150).collect();
    let down: Vec<usize> = (0..150).rev().collect();
    for ids in [up, down] {
        commit(&store, made(&ids));
        let all = Batch::new().delete_where::<Message>(Filter::eq(Message::SENDER_ID, "u"), 500);
        commit(&store, all);
    }
    assert_eq!(server.deadlocked(), 0);
}

/// Events are read in the order in which a batch has them.
#[test]
fn events_stay_in_their_order() {
    let (_server, store) = prepared(Database::MariaDb);
    let event = |id: &str| Event {
        id: id.to_owned(),
        kind: "k".to_owned(),
        subject: "s".to_owned(),
        ..Event::default()
    };
    let batch = Batch::new()
        .insert(&event("z"))
        .insert(&message("m"))
        .insert(&event("a"));
    commit(&store, batch);
    let found = wait(store.read(Query::<Event>::new().limit(9))).unwrap();
    let ids: Vec<&str> = found.iter().map(|doc| doc.id.as_str()).collect();
    assert_eq!(ids, ["z", "a"]);
}

/// A server on which a batch that follows is caught in a deadlock: a row takes the unique values of one behind it, so it can't be written
/// before that one goes, and the order of rows can't be kept.
pub fn swapping() -> (Server, Store, Batch) {
    let (server, store) = prepared(Database::MariaDb);
    let old = Batch::new()
        .insert(&holding("t9", "coin"))
        .insert(&holding("t1", "other"));
    commit(&store, old);
    // A commit takes both rows in the order of their ids.
    let worth = |value: f64| Patch::new().set(TokenHolding::USD_VALUE, value);
    let both = Batch::new()
        .update::<TokenHolding>("t1", worth(1.0))
        .update::<TokenHolding>("t9", worth(1.0));
    commit(&store, both);
    commit(&store, Batch::new().delete::<TokenHolding>("t1"));
    assert_eq!(server.deadlocked(), 0);
    let swapped = Batch::new()
        .delete::<TokenHolding>("t9")
        .insert(&holding("t5", "coin"))
        .insert(&holding("t1", "other"));
    (server, store, swapped)
}

#[test]
fn what_a_deadlock_undoes_is_done_again() {
    let (server, store, swapped) = swapping();
    commit(&store, swapped);
    assert_eq!(server.deadlocked(), 1);
    let found = wait(store.read(Query::<TokenHolding>::new().limit(9))).unwrap();
    let mut ids: Vec<&str> = found.iter().map(|doc| doc.id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["t1", "t5"]);
}

#[test]
fn what_a_deadlock_undoes_and_others_change_is_told() {
    let (server, store, swapped) = swapping();
    // The server's clock goes on with each look, so that no two times are the same.
    let (since, looks) = (SystemTime::now(), AtomicU64::new(1000));
    server.set_clock(move || since + Duration::from_millis(looks.fetch_add(1, Ordering::Relaxed)));
    let endpoint = server.endpoint();
    server.before_commit(|| {});
    server.before_commit(move || {
        let changed = Patch::new().set(TokenHolding::USD_VALUE, 2.0);
        let batch = Batch::new().update::<TokenHolding>("t9", changed);
        commit(&store_at(&endpoint), batch);
    });
    let outcome = wait(store.commit(swapped));
    assert!(
        matches!(outcome, Err(StoreError::Unavailable(_))),
        "{outcome:?}"
    );
    assert_eq!(server.deadlocked(), 1);
}
