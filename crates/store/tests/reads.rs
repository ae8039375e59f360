//! Reads that come at once share statements, and none gets another's answer.
#![allow(clippy::unwrap_used)]

mod support;

use std::rc::Rc;

use futures::FutureExt as _;
use futures::future::join_all;
use support::{Counting, block_on, store};
use whisper_schema::prelude::*;
use whisper_store::{Batch, DriverError, Filter, Get, Order, Query, Store, StoreError};

/// Sixty messages in three conversations.
fn ready() -> (Store, Rc<Counting>) {
    let (store, driver) = store();
    let batch = (0..60).fold(Batch::new(), |batch, i| {
        batch.insert(&Message {
            id: format!("m{i}"),
            conversation_id: format!("c{}", i % 3),
            created_at: Some(Timestamp::from_millis(i)),
            ..Message::default()
        })
    });
    block_on(store.commit(batch)).unwrap();
    driver.statements();
    (store, driver)
}

async fn get(store: &Store, i: usize) -> Result<String, StoreError> {
    let found = store.read(Get::<Message>::id(format!("m{i}"))).await?;
    Ok(found.unwrap().id.clone())
}

#[test]
fn sixteen_at_once_are_five_statements() {
    let (store, driver) = ready();
    let found = block_on(join_all((0..16).map(|i| get(&store, i))));
    let found: Vec<String> = found.into_iter().map(Result::unwrap).collect();
    assert_eq!(found, (0..16).map(|i| format!("m{i}")).collect::<Vec<_>>());
    // Two that come first, one each; then eight, four and two.
    assert_eq!(driver.statements().len(), 5);
}

#[test]
fn whatever_is_asked_the_answer_is_that_of_asking_alone() {
    let (store, _) = ready();
    let in_conversation = |i: usize| Filter::eq(Message::CONVERSATION_ID, format!("c{}", i % 4));
    let history = |i: usize| {
        Query::<Message>::new()
            .filter(in_conversation(i))
            .order(Order::desc(Message::CREATED_AT))
            .limit(3)
    };
    let start = block_on(store.read(history(0).page())).unwrap();
    let one = async |i: usize| {
        let cursor = start.next.clone().filter(|_| i.is_multiple_of(2));
        let asked = (
            Get::<Message>::id(format!("m{i}")),
            history(i).after(cursor).page(),
            Query::<Message>::new()
                .filter(in_conversation(i))
                .filter(Filter::is_in(
                    Column::id(),
                    ["m1", "m2", "m3"].iter().take(1 + i % 3).copied(),
                ))
                .count(100),
            i.is_multiple_of(5)
                .then(|| Query::<Event>::new().in_commit_order(i as i64).limit(9)),
        );
        let (doc, page, count, events) = store.read(asked).await.unwrap();
        let ids: Vec<String> = page.items.iter().map(|m| m.id.clone()).collect();
        (
            doc.map(|m| m.id.clone()),
            ids,
            page.next.map(|c| c.seq),
            count,
            events.map(|e| e.len()),
        )
    };
    let together = block_on(join_all((0..80).map(one)));
    for (i, answer) in together.into_iter().enumerate() {
        assert_eq!(answer, block_on(one(i)), "{i}");
    }
}

#[test]
fn other_questions_with_as_many_values_are_not_mixed_up() {
    let (store, _) = ready();
    let count = async |i: usize| {
        let column = match i % 2 {
            0 => Message::CONVERSATION_ID,
            _ => Message::SENDER_ID,
        };
        let query = Query::<Message>::new().filter(Filter::eq(column, "c1"));
        store.read(query.count(100)).await.unwrap()
    };
    let counts = block_on(join_all((0..16).map(count)));
    assert_eq!(counts, [20, 0].repeat(8));
}

#[test]
fn a_statement_that_fails_is_tried_for_each_alone() {
    let (store, driver) = ready();
    // Two reads that are alone, and one of several.
    let error = DriverError::Other("malformed".into());
    driver.fail("SELECT (", 3, error, true);
    let found = block_on(join_all((0..16).map(|i| get(&store, i))));
    let failed = found.iter().filter(|one| one.is_err()).count();
    assert_eq!(failed, 2, "{found:?}");
}

#[test]
fn whoever_goes_away_leaves_nobody_waiting() {
    let (store, _) = ready();
    for gone in 0..6 {
        let mut reads: Vec<_> = (0..6).map(|i| Box::pin(get(&store, i))).collect();
        for read in &mut reads {
            assert!(read.now_or_never().is_none());
        }
        drop(reads.remove(gone));
        let found = block_on(join_all(reads));
        assert!(found.iter().all(Result::is_ok), "{gone}: {found:?}");
    }
}
