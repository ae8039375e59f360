//! The effects of batches on a server, and how many requests they take.

use std::rc::Rc;

use appwrite_server::{Options, Server};
use proptest::prelude::*;
use whisper_schema::Timestamp;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Get, Patch, Query, Store, StoreError};

use crate::server::{self, NOW, OPTIONS, opened};

pub fn wait<T>(future: impl Future<Output = T>) -> T {
    futures::executor::block_on(future)
}

pub fn store(server: &Server) -> Store {
    store_at(&server.endpoint())
}

pub fn store_at(endpoint: &str) -> Store {
    let now = Rc::new(|| Timestamp::from_millis(NOW as i64));
    Store::tables(opened(endpoint), now)
}

pub fn message(id: &str) -> Message {
    Message {
        id: id.to_owned(),
        conversation_id: "c".to_owned(),
        sender_id: "u".to_owned(),
        content: "hello".to_owned(),
        ..Message::default()
    }
}

pub fn conversation(id: &str) -> Conversation {
    Conversation {
        id: id.to_owned(),
        creator_id: "u".to_owned(),
        ..Conversation::default()
    }
}

pub fn renamed(name: &str) -> Patch<Conversation> {
    Patch::new().set(Conversation::NAME, name)
}

/// Requests since the last time this was asked, without those for transactions apart.
fn requests(server: &Server) -> usize {
    server.requests().values().sum()
}

#[test]
fn requests_are_few() {
    server::on_each(requests_are_few_on);
}

fn requests_are_few_on(options: Options) {
    let server = server::small(options);
    let store = store(&server);
    let commit = |batch: Batch| {
        requests(&server);
        wait(store.commit(batch)).unwrap();
        requests(&server)
    };
    assert_eq!(commit(Batch::new().insert(&message("m1"))), 1);
    let two = Batch::new()
        .insert(&conversation("c"))
        .insert(&message("m2"));
    assert_eq!(commit(two), 3);
    assert_eq!(
        commit(Batch::new().update::<Conversation>("c", renamed("a"))),
        2
    );
    let own = Filter::eq(Conversation::CREATOR_ID, "u");
    assert_eq!(commit(Batch::new().update_if("c", renamed("b"), own)), 4);
    assert_eq!(commit(Batch::new().delete::<Message>("m2")), 2);
    let gone = Filter::eq(Message::CONTENT, "nothing");
    let expected = Batch::new()
        .expect_none::<Message>(gone)
        .insert(&message("m3"));
    assert_eq!(commit(expected), 4);
    let none = Filter::eq(Message::SENDER_ID, "nobody");
    assert_eq!(commit(Batch::new().delete_where::<Message>(none, 9)), 1);
    // Several documents of a table by their ids are read by one request.
    let set = (
        Get::<Conversation>::id("c"),
        vec![Get::<Message>::id("m1"), Get::<Message>::id("m3")],
        Query::<Message>::new(),
    );
    wait(store.read(set)).unwrap();
    assert_eq!(requests(&server), 3);
}

#[test]
fn whoever_changes_a_row_at_the_same_time_loses_nothing() {
    server::on_each(whoever_changes_a_row_at_the_same_time_loses_nothing_on);
}

fn whoever_changes_a_row_at_the_same_time_loses_nothing_on(options: Options) {
    let server = server::small(options);
    let stores: Vec<Store> = (0..3).map(|_| store(&server)).collect();
    wait(stores[0].commit(Batch::new().insert(&conversation("c")))).unwrap();
    let one_more = || Batch::new().increment_within("c", Conversation::PARTICIPANT_COUNT, 1, 0, 20);
    let all = futures::future::join_all((0..30).map(|i| {
        let batch = match i % 3 {
            0 => Batch::new().update::<Conversation>("c", renamed(&i.to_string())),
            _ => one_more(),
        };
        stores[i % 3].commit(batch)
    }));
    for done in wait(all) {
        done.unwrap();
    }
    let found = wait(stores[1].read(Get::<Conversation>::id("c")))
        .unwrap()
        .unwrap();
    assert_eq!((found.participant_count, found.revision), (20, 31));
    let over = wait(stores[2].commit(one_more()));
    assert_eq!(
        over,
        Err(StoreError::ConditionFailed { op: 0, label: None })
    );
}

#[test]
fn of_two_that_rest_on_the_same_state_one_wins() {
    server::on_each(of_two_that_rest_on_the_same_state_one_wins_on);
}

fn of_two_that_rest_on_the_same_state_one_wins_on(options: Options) {
    let server = server::small(options);
    let stores = [store(&server), store(&server)];
    wait(stores[0].commit(Batch::new().insert(&conversation("c")))).unwrap();
    for round in 0..5 {
        let still = || Filter::revision(round + 1);
        let commit = |store: &Store, n: usize| {
            let held = Filter::and([Filter::eq(Column::<Conversation>::id(), "c"), still()]);
            let batch = match n {
                0 => Batch::new().update_if("c", renamed("first"), still()),
                _ => Batch::new()
                    .expect_some(held)
                    .update::<Conversation>("c", renamed("second")),
            };
            let store = store.clone();
            async move { store.commit(batch).await }
        };
        let both = futures::future::join(commit(&stores[0], 0), commit(&stores[1], 1));
        let (one, other) = wait(both);
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        let lost = one.and(other).unwrap_err();
        assert_eq!(lost, StoreError::ConditionFailed { op: 0, label: None });
    }
}

#[test]
fn what_is_only_expected_stays_as_it_is() {
    server::on_each(what_is_only_expected_stays_as_it_is_on);
}

fn what_is_only_expected_stays_as_it_is_on(options: Options) {
    let server = server::small(options);
    let store = store(&server);
    wait(store.commit(Batch::new().insert(&conversation("c")))).unwrap();
    let here = || Filter::eq(Conversation::CREATOR_ID, "u");
    for id in ["m1", "m2"] {
        let batch = Batch::new().expect_some(here()).insert(&message(id));
        wait(store.commit(batch)).unwrap();
    }
    let found = wait(store.read(Get::<Conversation>::id("c")))
        .unwrap()
        .unwrap();
    assert_eq!(found.revision, 1);
    // A change of it meanwhile makes the commit look again, and both take effect.
    server.conflict(2);
    let batch = Batch::new().expect_some(here()).insert(&message("m3"));
    wait(store.commit(batch)).unwrap();
}

#[test]
fn what_is_there_is_not_absent() {
    server::on_each(what_is_there_is_not_absent_on);
}

fn what_is_there_is_not_absent_on(options: Options) {
    let server = server::small(options);
    let store = store(&server);
    wait(store.commit(Batch::new().insert(&message("m1")))).unwrap();
    let absent =
        |text: &str| Batch::new().expect_none::<Message>(Filter::eq(Message::CONTENT, text));
    let failed = |op| Err(StoreError::ConditionFailed { op, label: None });
    let batch = absent("hello").insert(&message("m2"));
    assert_eq!(wait(store.commit(batch)), failed(0));
    assert_eq!(wait(store.commit(absent("hello"))), failed(0));
    // The first that doesn't hold is the one that is told, though another is known before.
    let batch = absent("hello").delete::<Message>("nowhere");
    assert_eq!(wait(store.commit(batch)), failed(0));
    let batch = absent("HELLO")
        .insert(&message("m2"))
        .append(absent("hello"));
    assert_eq!(wait(store.commit(batch)), failed(2));
    // A document that the batch itself has deleted is absent.
    let batch = Batch::new().delete::<Message>("m1").append(absent("hello"));
    wait(store.commit(batch)).unwrap();
    assert_eq!(
        wait(store.read(Query::<Message>::new().count(9))).unwrap(),
        0
    );
}

#[test]
fn a_commit_whose_answer_is_lost_happens_once() {
    server::on_each(a_commit_whose_answer_is_lost_happens_once_on);
}

fn a_commit_whose_answer_is_lost_happens_once_on(options: Options) {
    let server = server::small(options);
    let store = store(&server);
    server.lose_commit_answers(1);
    let batch = Batch::new()
        .insert(&conversation("c"))
        .insert(&message("m1"));
    assert_eq!(wait(store.commit(batch)).unwrap().affected, [1, 1]);
    assert_eq!(
        wait(store.read(Query::<Message>::new().count(10))).unwrap(),
        1
    );
}

#[test]
fn many_rows_fit_and_too_many_changes_do_not() {
    let server = server::small(OPTIONS);
    let store = store(&server);
    let ids: Vec<String> = (0..250).map(|i| format!("m{i:03}")).collect();
    let all = ids
        .iter()
        .fold(Batch::new(), |batch, id| batch.insert(&message(id)));
    wait(store.commit(all)).unwrap();
    let found = wait(store.read(Query::<Message>::new().limit(1000))).unwrap();
    assert!(found.iter().map(|doc| &doc.id).eq(&ids), "in their order");
    let change = |count: usize| {
        let patch = || Patch::new().set(Message::CONTENT, "changed");
        ids[..count].iter().fold(Batch::new(), |batch, id| {
            batch.update::<Message>(id, patch())
        })
    };
    wait(store.commit(change(100))).unwrap();
    let first = wait(store.read(Get::<Message>::id("m000")))
        .unwrap()
        .unwrap();
    assert_eq!((first.revision, first.content.as_str()), (2, "changed"));
    server.requests();
    assert_eq!(
        wait(store.commit(change(101))),
        Err(StoreError::TooLarge {
            operations: 101,
            most: 100
        })
    );
    assert_eq!(requests(&server), 0);
    // Deletes go together, also those of rows that are held.
    let hello = || Filter::eq(Message::SENDER_ID, "u");
    let held = ids[..60].iter().fold(Batch::new(), |batch, id| {
        batch.delete_if::<Message>(id, hello())
    });
    let outcome = wait(store.commit(held));
    assert_eq!(outcome.unwrap().affected, [1; 60]);
    let rest = Batch::new().delete_where::<Message>(hello(), 1000);
    assert_eq!(wait(store.commit(rest)).unwrap().affected, [190]);
}

#[test]
fn migrating_looks_whether_the_tables_are_there() {
    let server = server::start(OPTIONS);
    let report = wait(store(&server).migrate()).unwrap();
    assert_eq!(report.applied, [0u32; 0]);
    let empty = Server::start(OPTIONS).unwrap();
    let missing = wait(store(&empty).migrate()).unwrap_err();
    assert!(
        missing.to_string().contains("whisper schema push"),
        "{missing}"
    );
}

#[test]
fn a_reader_in_commit_order_sees_that_filtered_rows_are_no_gap() {
    server::on_each(a_reader_in_commit_order_sees_that_filtered_rows_are_no_gap_on);
}

fn a_reader_in_commit_order_sees_that_filtered_rows_are_no_gap_on(options: Options) {
    let server = server::small(options);
    let store = store(&server);
    let batch = (0..6).fold(Batch::new(), |batch, i| {
        batch.insert(&Message {
            sender_id: ["even", "odd"][i % 2].to_owned(),
            ..message(&format!("m{i}"))
        })
    });
    wait(store.commit(batch)).unwrap();
    let odd = || {
        let odd = Query::<Message>::new().filter(Filter::eq(Message::SENDER_ID, "odd"));
        let found = wait(store.read(odd.in_commit_order(0))).unwrap();
        found.iter().map(|doc| doc.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(odd(), ["m1", "m3", "m5"]);
    // One of the others is gone: it might still come.
    wait(store.commit(Batch::new().delete::<Message>("m2"))).unwrap();
    assert_eq!(odd(), ["m1"]);
}

#[test]
fn text_comes_back_as_it_went_in() {
    let server = server::small(OPTIONS);
    let store = store(&server);
    wait(store.commit(Batch::new().insert(&message("m")))).unwrap();
    let text = r#"[ \n\u{e000}]{0,1}\{?[ "a-z:,\[\]0-9\u{e000}]{0,8}("method"|"\\u006dethod"|"a"):("increment"|"stringConcat"|1),"values":\["x"\]\}?"#;
    let config = ProptestConfig {
        cases: 40,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(text in text)| {
        let patch = || Patch::new().set(Message::CONTENT, text.as_str());
        // Alone, in a transaction, and as a new row of one.
        wait(store.commit(Batch::new().update::<Message>("m", patch()))).unwrap();
        let found = wait(store.read(Get::<Message>::id("m"))).unwrap().unwrap();
        prop_assert_eq!(&found.content, &text);
        let new = Message { content: text.clone(), ..message("n") };
        let hello = Filter::eq(Message::SENDER_ID, "u");
        let batch = Batch::new().update_if("m", patch(), hello).insert(&new);
        wait(store.commit(batch)).unwrap();
        let same = Filter::eq(Message::CONTENT, text.as_str());
        let found = wait(store.read(Query::<Message>::new().filter(same).limit(10))).unwrap();
        prop_assert_eq!(found.len(), 2);
        wait(store.commit(Batch::new().delete::<Message>("n"))).unwrap();
    });
}
