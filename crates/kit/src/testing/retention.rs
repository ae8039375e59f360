//! For tests of jobs: the collections that name a job are emptied by it.

use http::Method;
use serde_json::Value;
use whisper_schema::{Document, Retention, collections, system_collections};
use whisper_store::{Batch, LocalBoxFuture, Query};

use super::TestEdge;

/// The most documents that are counted.
const MOST: u64 = 1000;

/// Tells how many documents of a collection are left.
pub type Count = for<'a> fn(&'a TestEdge) -> LocalBoxFuture<'a, u64>;

/// The insertion of a document, and the count of its collection.
pub type Made = (Batch, Count);

/// How many documents of a collection are left.
pub fn count<D: Document>(edge: &TestEdge) -> LocalBoxFuture<'_, u64> {
    let counted = async {
        let store = edge.store();
        let counted = store.read(Query::<D>::new().count(MOST)).await;
        counted.expect("a count")
    };
    Box::pin(counted)
}

/// The insertion of a document.
pub fn made<D: Document>(document: &D) -> Made {
    (Batch::new().insert(document), count::<D>)
}

/// Holds that a job empties each collection whose documents go with those of others, such as the reactions to a message with the message:
/// of two of these others, `goes`, which ends after a second, and `stays`. `make` makes a document that belongs to one of the two.
pub async fn goes_with_others(
    edge: &TestEdge,
    (job, key): (&str, &str),
    others: &[(&'static str, Count)],
    make: impl Fn(&str, &str) -> Option<Made>,
) {
    let mut counts = others.to_vec();
    for collection in collections().iter().chain(system_collections()) {
        let goes = |retention: &Retention| {
            matches!(retention, Retention::With { collection, job: by }
                if *by == job && others.iter().any(|(other, _)| other == collection))
        };
        if !collection.retention.iter().any(goes) {
            continue;
        }
        let [goes, stays] = ["goes", "stays"].map(|other| {
            let made = make(collection.id, other);
            made.unwrap_or_else(|| panic!("{}: how is one made?", collection.id))
        });
        let both = edge.store().commit(goes.0.append(stays.0)).await;
        both.expect("a commit");
        counts.push((collection.id, goes.1));
    }
    assert!(counts.len() > others.len(), "no collection names {job}");
    let run = async || {
        let path = format!("/internal/jobs/{job}");
        let run = edge.send(Method::POST, &path, key, &Value::Null).await;
        run.expect(200)["done"].clone()
    };
    assert_eq!(run().await, 0);
    edge.advance(999);
    assert_eq!(run().await, 0);
    for (collection, count) in &counts {
        assert_eq!(count(edge).await, 2, "{collection}: before the end");
    }
    edge.advance(1);
    assert_eq!(run().await, 1);
    for (collection, count) in &counts {
        assert_eq!(count(edge).await, 1, "{collection}: of the one that ended");
    }
}
