//! Changes by others between the moment at which a batch was decided and its commit.

use std::time::{Duration, SystemTime};

use appwrite_server::Options;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Get, Patch, Query, StoreError};

use crate::batches::{conversation, message, renamed, store, store_at, wait};
use crate::server;

fn named(name: &str) -> Filter<Conversation> {
    Filter::eq(Conversation::NAME, name)
}

fn founded(id: &str, name: &str) -> Batch {
    Batch::new().insert(&Conversation {
        name: Some(name.to_owned()),
        ..conversation(id)
    })
}

/// The outcome of a commit, and the conversation's name and revision then.
type Then = (Result<Vec<u64>, StoreError>, Option<(String, i64)>);

/// Commits `mine` after `theirs` came in between.
fn after(options: Options, theirs: Batch, mine: Batch) -> Then {
    let server = server::small(options);
    let store = store(&server);
    wait(store.commit(founded("c", "old"))).unwrap();
    let endpoint = server.endpoint();
    server.before_commit(move || {
        wait(store_at(&endpoint).commit(theirs)).unwrap();
    });
    let outcome = wait(store.commit(mine)).map(|done| done.affected);
    let found = wait(store.read(Get::<Conversation>::id("c"))).unwrap();
    let found = found.map(|doc| (doc.name.clone().unwrap(), doc.revision));
    (outcome, found)
}

fn counted() -> Batch {
    Batch::new().increment("c", Conversation::PARTICIPANT_COUNT, 1)
}

fn failed<T>(op: usize) -> Result<T, StoreError> {
    Err(StoreError::ConditionFailed { op, label: None })
}

#[test]
fn a_condition_that_no_longer_holds_fails_the_batch() {
    server::on_each(a_condition_that_no_longer_holds_fails_the_batch_on);
}

fn a_condition_that_no_longer_holds_fails_the_batch_on(options: Options) {
    let mine = Batch::new().update_if("c", renamed("new"), named("old"));
    let theirs = || Batch::new().update::<Conversation>("c", renamed("theirs"));
    let (outcome, found) = after(options, theirs(), mine);
    assert_eq!(outcome, failed(0));
    assert_eq!(found, Some(("theirs".to_owned(), 2)));
    let mine = Batch::new().insert(&message("m")).expect_some(named("old"));
    assert_eq!(after(options, theirs(), mine).0, failed(1));
    let mine = Batch::new()
        .insert(&message("m"))
        .delete_if("c", named("old"));
    assert_eq!(after(options, theirs(), mine).0, failed(1));
    let gone = || Batch::new().delete::<Conversation>("c");
    let mine = counted().insert(&message("m"));
    assert_eq!(after(options, gone(), mine), (failed(0), None));
}

#[test]
fn what_still_holds_is_done_after_all() {
    server::on_each(what_still_holds_is_done_after_all_on);
}

fn what_still_holds_is_done_after_all_on(options: Options) {
    let mine = Batch::new().update_if("c", renamed("new"), named("old"));
    let (outcome, found) = after(options, counted(), mine);
    assert_eq!(outcome, Ok(vec![1]));
    assert_eq!(found, Some(("new".to_owned(), 3)));
    // Without a condition no other change is in the way.
    let theirs = Batch::new().update::<Conversation>("c", renamed("theirs"));
    let mine = Batch::new()
        .update::<Conversation>("c", renamed("new"))
        .insert(&message("m"));
    let (outcome, found) = after(options, theirs, mine);
    assert_eq!(outcome, Ok(vec![1, 1]));
    assert_eq!(found, Some(("new".to_owned(), 3)));
    let mine = Batch::new()
        .delete::<Conversation>("c")
        .insert(&message("m"));
    assert_eq!(after(options, counted(), mine), (Ok(vec![1, 1]), None));
}

#[test]
fn who_takes_unique_values_first_has_them() {
    server::on_each(who_takes_unique_values_first_has_them_on);
}

fn who_takes_unique_values_first_has_them_on(options: Options) {
    let holding = |id: &str| TokenHolding {
        id: id.to_owned(),
        user_id: "u".to_owned(),
        wallet_address: "w".to_owned(),
        chain: "ethereum".to_owned(),
        token_address: "t".to_owned(),
        ..TokenHolding::default()
    };
    let mine = || Batch::new().insert(&message("m")).insert(&holding("h1"));
    for (theirs, index) in [("h1", "_id"), ("h2", "idx_user_chain_token")] {
        let (outcome, _) = after(options, Batch::new().insert(&holding(theirs)), mine());
        let conflict = outcome.unwrap_err();
        assert!(
            conflict.is_conflict(TokenHolding::COLLECTION, index),
            "{conflict:?}"
        );
    }
    let other = TokenHolding {
        token_address: "another".to_owned(),
        ..holding("h2")
    };
    assert_eq!(
        after(options, Batch::new().insert(&other), mine()).0,
        Ok(vec![1, 1])
    );
}

#[test]
fn what_no_longer_meets_a_filter_is_not_deleted_by_it() {
    server::on_each(what_no_longer_meets_a_filter_is_not_deleted_by_it_on);
}

fn what_no_longer_meets_a_filter_is_not_deleted_by_it_on(options: Options) {
    let old = Batch::new()
        .delete_where(named("old"), 10)
        .insert(&message("m"));
    let theirs = Batch::new().update::<Conversation>("c", renamed("theirs"));
    let (outcome, found) = after(options, theirs, old);
    assert_eq!(outcome, Ok(vec![0, 1]));
    assert_eq!(found, Some(("theirs".to_owned(), 2)));
}

#[test]
fn a_reader_in_commit_order_misses_nothing_that_comes_late() {
    server::on_each(a_reader_in_commit_order_misses_nothing_that_comes_late_on);
}

fn a_reader_in_commit_order_misses_nothing_that_comes_late_on(options: Options) {
    let server = server::small(options);
    let now = server::NOW;
    server.set_clock(move || SystemTime::UNIX_EPOCH + Duration::from_millis(now));
    let store = store(&server);
    let insert = |id: &str| wait(store.commit(Batch::new().insert(&message(id)))).unwrap();
    let read = |behind: i64| {
        let query = Query::<Message>::new().in_commit_order(behind);
        let found = wait(store.read(query)).unwrap();
        found.iter().map(|doc| doc.id.clone()).collect::<Vec<_>>()
    };
    insert("first");
    let late = server.take_sequence("mainDB", "messages").unwrap();
    insert("third");
    assert_eq!(read(0), ["first"], "somebody is under way");
    assert_eq!(read(1), [""; 0]);
    server.give_sequence("mainDB", "messages", late);
    insert("second");
    assert_eq!(read(1), ["second", "third"]);
    // The gap of a commit that failed stays for good.
    server.take_sequence("mainDB", "messages").unwrap();
    server.set_clock(move || SystemTime::UNIX_EPOCH + Duration::from_millis(now - 20_000));
    insert("fifth");
    assert_eq!(read(3), ["fifth"]);
    let patch = Patch::new().set(Message::CONTENT, "x");
    wait(store.commit(Batch::new().update::<Message>("fifth", patch))).unwrap();
}
