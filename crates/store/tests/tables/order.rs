//! Commits that take the same rows at once: none is caught in a deadlock, and what one loses is done again.

use appwrite_server::{Database, Options, Server};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Patch, Store};

use crate::batches::{conversation, message, renamed, store, wait};
use crate::server::{self, OPTIONS};

fn holding(id: &str, token: &str) -> TokenHolding {
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
    let server = server::start(Options {
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
        let sum = |id: &str| wait(store.get::<Conversation>(id)).unwrap().unwrap();
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
    let found = wait(store.find::<Event>().all(9)).unwrap();
    let ids: Vec<&str> = found.iter().map(|doc| doc.id.as_str()).collect();
    assert_eq!(ids, ["z", "a"]);
}

/// A row that takes the unique values of one behind it can't be written before that one goes: the order of rows can't be kept, a
/// deadlock undoes what was done first, and that is done again.
#[test]
fn what_a_deadlock_undoes_is_done_again() {
    let (server, store) = prepared(Database::MariaDb);
    let old = Batch::new()
        .insert(&holding("t9", "coin"))
        .insert(&holding("t1", "other"));
    commit(&store, old);
    // Somebody takes them in the order of ids.
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
    commit(&store, swapped);
    assert_eq!(server.deadlocked(), 1);
    let found = wait(store.find::<TokenHolding>().all(9)).unwrap();
    let mut ids: Vec<&str> = found.iter().map(|doc| doc.id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["t1", "t5"]);
}
