//! Commits of several instances at once: as if each had been alone.

use std::future::poll_fn;
use std::task::Poll;
use std::thread;

use futures::executor::block_on;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Get, Patch, Query, Store, StoreError};

use super::{conversation, database, message, store};

/// Has several instances, each in a thread of its own, do something at once.
pub fn at_once<T: Send>(
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

fn is_refused(outcome: &Result<(), StoreError>) -> bool {
    matches!(outcome, Err(StoreError::ConditionFailed { .. }))
}

#[test]
fn of_many_that_expect_no_other_one_is_made() {
    let Some(url) = database() else { return };
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
    let Some(url) = database() else { return };
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

/// One deletes what is old; another makes it new. Either it is gone, and the other one is refused, or it is new and stays.
#[test]
fn a_deletion_spares_what_no_longer_meets_its_filter() {
    let Some(url) = database() else { return };
    let one = store(&url);
    for round in 0..20 {
        let id = format!("c{round}");
        block_on(one.commit(Batch::new().insert(&conversation(&id, "old")))).unwrap();
        let is_old = || Filter::eq(Conversation::CREATOR_ID, "old");
        let outcomes = at_once(&url, 2, |store, number| {
            let batch = match number {
                0 => Batch::new().delete_where::<Conversation>(is_old(), 10),
                _ => {
                    let new = Patch::new().set(Conversation::CREATOR_ID, "new");
                    Batch::new().update_if(&id, new, is_old())
                }
            };
            block_on(store.commit(batch)).map(|done| done.affected[0])
        });
        let left = block_on(one.read(Get::<Conversation>::id(&id))).unwrap();
        let is_new = left.is_some_and(|left| left.creator_id == "new");
        assert_eq!(outcomes[1].is_ok(), is_new, "{outcomes:?}");
        assert_eq!(outcomes[0], Ok(u64::from(!is_new)));
    }
}

/// The one that commits for all goes in the middle. The others get the results that they would have got: no commit is made again that was
/// made already.
#[test]
fn when_the_leader_goes_the_others_are_committed_once() {
    let Some(url) = database() else { return };
    let one = store(&url);
    block_on(one.commit(Batch::new().insert(&message("taken", "c")))).unwrap();
    for polls in 1..16 {
        // The second message joins the first one's statement, past the conversation: a refusal has to be looked at again.
        let batch = |name: &str, first: &str| {
            Batch::new()
                .insert(&message(first, "c"))
                .insert(&conversation(name, "u"))
                .insert(&message(&format!("{name}-last"), "c"))
        };
        let own = |number: usize| format!("{polls}-{number}");
        // The three come while this one is under way, and go together.
        let before = one.commit(Batch::new().insert(&message(&own(3), "c")));
        let leader = one.commit(batch(&own(0), &format!("{}-first", own(0))));
        let refused = one.commit(batch(&own(1), "taken"));
        let last = one.commit(batch(&own(2), &format!("{}-first", own(2))));
        let (before, leader, refused, last) =
            block_on(async { futures::join!(before, dropped_after(leader, polls), refused, last) });
        before.unwrap();
        let known = leader.is_none_or(|done| done.is_ok());
        assert!(known, "polled {polls} times");
        let conflict =
            matches!(&refused, Err(StoreError::Conflict { index, .. }) if index == "_id");
        // A commit that was under way when the leader went is one of which nobody knows.
        let unknown = |outcome: Option<&StoreError>| matches!(outcome, Some(StoreError::Unavailable(why)) if why.contains("not known"));
        assert!(conflict || unknown(refused.as_ref().err()), "{refused:?}");
        assert!(
            last.is_ok() || unknown(last.as_ref().err()),
            "polled {polls} times: {last:?}"
        );
    }
}

/// A future that is dropped when it was polled so often, if it isn't done by then.
async fn dropped_after<T>(future: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut future = Some(Box::pin(future));
    let mut polled = 0;
    poll_fn(|context| {
        polled += 1;
        let going = future.as_mut().filter(|_| polled <= polls);
        match going.map(|future| future.as_mut().poll(context)) {
            Some(Poll::Ready(done)) => Poll::Ready(Some(done)),
            Some(Poll::Pending) => Poll::Pending,
            None => {
                future = None;
                Poll::Ready(None)
            }
        }
    })
    .await
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
