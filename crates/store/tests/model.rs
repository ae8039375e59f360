//! Queries against a model so simple that it is right: a list, a closure, a sort.
#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use support::block_on;
use support::model::{document, expected, id, orders, query, test};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Query, Store};

/// Replaces the documents of the store.
async fn refill(store: &Store, documents: &[Conversation]) {
    let mut batch = Batch::new().delete_where::<Conversation>(Filter::and([]), 1000);
    for document in documents {
        batch = batch.insert(document);
    }
    store.commit(batch).await.unwrap();
}

/// The pages of a query from its beginning to its end, then back again.
async fn walk(store: &Store, query: Query<Conversation>) -> (Vec<String>, Vec<String>) {
    let ids = |page: &whisper_store::Page<Conversation>| -> Vec<String> {
        page.items.iter().map(|doc| doc.id.clone()).collect()
    };
    let mut page = store.read(query.clone().page()).await.unwrap();
    let mut forwards = ids(&page);
    while let Some(next) = page.next.clone() {
        page = store.read(query.clone().after(next).page()).await.unwrap();
        forwards.extend(ids(&page));
    }
    let mut backwards = ids(&page);
    while let Some(previous) = page.previous.clone() {
        page = store
            .read(query.clone().before(previous).page())
            .await
            .unwrap();
        backwards.splice(0..0, ids(&page));
    }
    (forwards, backwards)
}

#[test]
fn queries_agree_with_the_model() {
    let (store, _driver) = support::store();
    let documents = prop::collection::vec(document(), 0..25);
    let cases = (
        documents,
        prop::collection::vec(test(), 0..3),
        orders(),
        1..30u32,
    );
    let mut runner = TestRunner::new(Config {
        cases: 300,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&cases, |(mut documents, tests, orders, limit)| {
            for (i, document) in documents.iter_mut().enumerate() {
                document.id = id(i);
            }
            let expected = expected(&documents, &tests, &orders);
            let query = query(&tests, &orders);
            block_on(async {
                refill(&store, &documents).await;
                let (forwards, backwards) = walk(&store, query.clone().limit(limit)).await;
                prop_assert_eq!(&forwards, &expected);
                prop_assert_eq!(&backwards, &expected);
                let count = store.read(query.count(7)).await.unwrap();
                prop_assert_eq!(count, expected.len().min(7) as u64);
                let stored = store
                    .read(Query::<Conversation>::new().limit(1000).page())
                    .await
                    .unwrap();
                let stored: Vec<_> = stored.items.into_iter().map(|doc| doc.value).collect();
                prop_assert_eq!(stored, documents);
                Ok(())
            })
        })
        .unwrap();
}

#[test]
fn deletes_and_conditions_agree_with_the_model() {
    let (store, _driver) = support::store();
    let cases = (prop::collection::vec(document(), 1..12), test(), 1..15u64);
    let mut runner = TestRunner::new(Config {
        cases: 150,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&cases, |(mut documents, test, limit)| {
            for (i, document) in documents.iter_mut().enumerate() {
                document.id = id(i);
            }
            let found = expected(&documents, std::slice::from_ref(&test), &[]);
            block_on(async {
                refill(&store, &documents).await;
                let some = store.commit(Batch::new().expect_some(test.filter())).await;
                prop_assert_eq!(some.is_ok(), !found.is_empty());
                let none = store.commit(Batch::new().expect_none(test.filter())).await;
                prop_assert_eq!(none.is_ok(), found.is_empty());
                let first = test.holds(&documents[0]);
                let done = store
                    .commit(Batch::new().delete_where(test.filter(), limit))
                    .await
                    .unwrap();
                prop_assert_eq!(done.affected[0], (found.len() as u64).min(limit));
                let left = store
                    .read(
                        Query::<Conversation>::new()
                            .filter(test.filter())
                            .count(100),
                    )
                    .await
                    .unwrap();
                prop_assert_eq!(left, (found.len() as u64).saturating_sub(limit));
                let gone = store
                    .commit(Batch::new().delete_if(&id(0), test.filter()))
                    .await;
                prop_assert!(gone.is_err() || !first);
                Ok(())
            })
        })
        .unwrap();
}

#[test]
fn every_finite_double_comes_back_as_it_went_in() {
    let (store, _driver) = support::store();
    let doubles = prop::collection::vec(
        prop::num::f64::ANY.prop_filter("finite", |x| x.is_finite()),
        200,
    );
    let mut runner = TestRunner::new(Config {
        cases: 20,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&doubles, |doubles| {
            let mut batch = Batch::new().delete_where::<TokenHolding>(Filter::and([]), 1000);
            for (i, double) in doubles.iter().enumerate() {
                let (id, usd_value) = (format!("h{i}"), Some(*double));
                batch = batch.insert(&TokenHolding {
                    token_address: id.clone(),
                    id,
                    usd_value,
                    ..Default::default()
                });
            }
            block_on(store.commit(batch)).unwrap();
            let found = block_on(store.read(Query::<TokenHolding>::new().limit(1000))).unwrap();
            let found: Vec<_> = found.iter().filter_map(|doc| doc.usd_value).collect();
            prop_assert_eq!(found, doubles);
            Ok(())
        })
        .unwrap();
}

#[test]
fn texts_of_any_characters_come_back_as_they_went_in() {
    let (store, _driver) = support::store();
    let texts = prop::collection::vec("[^\\x00]{0,40}", 20);
    let mut runner = TestRunner::new(Config {
        cases: 30,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&texts, |texts| {
            let mut batch = Batch::new().delete_where::<Message>(Filter::and([]), 1000);
            for (i, text) in texts.iter().enumerate() {
                let list = vec![text.clone(), text.chars().rev().collect()];
                batch = batch.insert(&Message {
                    id: format!("m{i}"),
                    metadata: Some(text.clone()),
                    mentions: list,
                    ..Message::default()
                });
            }
            block_on(store.commit(batch)).unwrap();
            let found = block_on(store.read(Query::<Message>::new().limit(1000))).unwrap();
            let found: Vec<_> = found
                .iter()
                .filter_map(|doc| doc.metadata.clone())
                .collect();
            prop_assert_eq!(&found, &texts);
            for text in &texts {
                let by_element = Query::<Message>::new()
                    .filter(Filter::contains(Message::MENTIONS, text.as_str()));
                prop_assert!(block_on(store.read(by_element.count(10))).unwrap() > 0);
            }
            Ok(())
        })
        .unwrap();
}
