//! Commits of several instances at once: as if each had been alone.

use std::rc::Rc;
use std::thread;

use futures::executor::block_on;
use whisper_schema::prelude::*;
use whisper_store::postgres::native::PostgresDriver;
use whisper_store::{Batch, Filter, Get, Patch, Query, Store, StoreError};

fn store(url: &str) -> Store {
    let clock = Rc::new(|| Timestamp::from_millis(1_767_225_600_000));
    Store::new(PostgresDriver::new(url), clock)
}

/// Has several instances, each in a thread of its own, do something at once.
fn at_once<T: Send>(
    url: &str,
    instances: usize,
    work: impl Fn(&Store, usize) -> T + Sync,
) -> Vec<T> {
    thread::scope(|scope| {
        let work = &work;
        let all: Vec<_> = (0..instances)
            .map(|number| scope.spawn(move || work(&store(url), number)))
            .collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

fn conversation(id: &str, creator: &str) -> Conversation {
    Conversation {
        id: id.to_owned(),
        creator_id: creator.to_owned(),
        ..Conversation::default()
    }
}

fn message(id: &str, conversation: &str) -> Message {
    Message {
        id: id.to_owned(),
        conversation_id: conversation.to_owned(),
        sender_id: "u".to_owned(),
        ..Message::default()
    }
}

fn is_refused(outcome: &Result<(), StoreError>) -> bool {
    matches!(outcome, Err(StoreError::ConditionFailed { .. }))
}

#[test]
fn of_many_that_expect_no_other_one_is_made() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let url = server.fresh_database();
    for round in 0..10 {
        let creator = format!("creator{round}");
        let outcomes = at_once(&url, 6, |store, number| {
            let batch = Batch::new()
                .expect_none(Filter::eq(Conversation::CREATOR_ID, creator.as_str()))
                .insert(&conversation(&format!("{creator}-{number}"), &creator));
            block_on(store.commit(batch)).map(|_| ())
        });
        let made = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(made, 1, "{outcomes:?}");
        assert_eq!(
            outcomes
                .iter()
                .filter(|outcome| is_refused(outcome))
                .count(),
            5
        );
    }
}

/// One deletes a conversation that has no message; another sends into it, if it is there. Each expects something that only the other
/// changes, so both at once would leave a message without a conversation.
#[test]
fn two_that_decide_by_what_the_other_changes_are_one_after_the_other() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let url = server.fresh_database();
    let one = store(&url);
    for round in 0..20 {
        let id = format!("c{round}");
        block_on(one.commit(Batch::new().insert(&conversation(&id, "u")))).unwrap();
        let outcomes = at_once(&url, 2, |store, number| {
            let batch = match number {
                0 => Batch::new()
                    .expect_some(Filter::<Conversation>::eq(Column::id(), id.as_str()))
                    .insert(&message(&format!("m{round}"), &id)),
                _ => Batch::new()
                    .expect_none(Filter::eq(Message::CONVERSATION_ID, id.as_str()))
                    .delete::<Conversation>(&id),
            };
            block_on(store.commit(batch)).map(|_| ())
        });
        let of = (
            Get::<Conversation>::id(&id),
            Get::<Message>::id(format!("m{round}")),
        );
        let (conversation, message) = block_on(one.read(of)).unwrap();
        assert_eq!(conversation.is_some(), message.is_some(), "{outcomes:?}");
    }
}

#[test]
fn no_change_of_a_row_is_lost_and_none_waits_for_another_in_a_circle() {
    let Some(server) = postgres_server::start() else {
        return;
    };
    let url = server.fresh_database();
    let one = store(&url);
    let both = ["a", "b"].into_iter().fold(Batch::new(), |batch, id| {
        batch.insert(&conversation(id, "u"))
    });
    block_on(one.commit(both)).unwrap();
    at_once(&url, 6, |store, number| {
        for _ in 0..25 {
            // In the order in which half of the others don't have them.
            let order = if number % 2 == 0 {
                ["a", "b"]
            } else {
                ["b", "a"]
            };
            let more = || Patch::new().add(Conversation::PARTICIPANT_COUNT, 1);
            let named = || Patch::new().set(Conversation::CREATOR_ID, format!("{number}"));
            let batch = Batch::new()
                .update::<Conversation>(order[0], more())
                .update::<Conversation>(order[1], named())
                .update::<Conversation>(order[1], more());
            block_on(store.commit(batch)).unwrap();
        }
    });
    let all = block_on(one.read(Query::<Conversation>::new())).unwrap();
    for each in all {
        assert_eq!(each.participant_count, 6 * 25, "{}", each.id);
    }
    assert!(!server.log().contains("deadlock"), "{}", server.log());
}

/// A connection that is lost in the middle: the batch is refused as one of which nobody knows, and the next one has another connection.
#[test]
fn after_a_crash_of_the_server_the_store_goes_on() {
    let Some(server) = postgres_server::start() else {
        return;
    };
    let url = server.fresh_database();
    let one = store(&url);
    block_on(one.commit(Batch::new().insert(&conversation("a", "u")))).unwrap();
    server.crash().unwrap();
    let lost = block_on(one.commit(Batch::new().insert(&conversation("b", "u"))));
    assert!(matches!(lost, Err(StoreError::Unavailable(_))), "{lost:?}");
    server.start_again().unwrap();
    // The readers and the writer had connections each; the store finds out as it uses them.
    let again = (0..4)
        .find_map(|_| block_on(one.commit(Batch::new().insert(&conversation("c", "u")))).ok());
    assert!(again.is_some());
    let found = (0..4).find_map(|_| block_on(one.read(Get::<Conversation>::id("a"))).ok());
    assert!(found.unwrap().is_some());
}
