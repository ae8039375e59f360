//! Each collection that goes with stories is emptied by the job that it names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use futures::executor::block_on;
use serde_json::Value;
use story_expiry::{JOB, api};
use whisper_kit::Method;
use whisper_kit::testing::TestEdge;
use whisper_schema::prelude::*;
use whisper_schema::{Retention, collections, system_collections};
use whisper_store::{Batch, Query};

/// Tells how many documents are left.
type Count = fn(&TestEdge) -> u64;

fn count<D: Document>(edge: &TestEdge) -> u64 {
    block_on(edge.store().read(Query::<D>::new().count(10))).unwrap()
}

fn one<D: Document>(document: &D) -> Option<(Batch, Count)> {
    Some((Batch::new().insert(document), count::<D>))
}

/// A document of a collection that belongs to a story.
fn of_story(collection: &str, story: &str) -> Option<(Batch, Count)> {
    let (id, story_id) = (format!("{story}-1"), story.to_owned());
    match collection {
        "storyViews" => one(&StoryView {
            id,
            story_id,
            ..StoryView::default()
        }),
        "storyReactions" => one(&StoryReaction {
            id,
            story_id,
            reaction: "like".into(),
            ..StoryReaction::default()
        }),
        _ => None,
    }
}

fn run(edge: &TestEdge) -> Value {
    let path = format!("/internal/jobs/{JOB}");
    block_on(edge.send(Method::POST, &path, "key", &Value::Null)).expect(200)
}

#[test]
fn each_collection_that_goes_with_stories_is_emptied_by_the_job() {
    let edge = TestEdge::new(&api(), &[("operator_key", "key")]);
    let put = |batch: Batch| block_on(edge.store().commit(batch)).unwrap();
    let now = edge.ctx().now();
    for (id, lasts) in [("goes", 1_000), ("stays", 1_000_000)] {
        put(Batch::new().insert(&Story {
            id: id.into(),
            user_id: "ann".into(),
            expires_at: now.plus(lasts),
            ..Story::default()
        }));
    }
    let mut counts: Vec<(&str, Count)> = vec![("stories", count::<Story>)];
    for collection in collections().iter().chain(system_collections()) {
        let belongs = |retention: &Retention| {
            matches!(
                retention,
                Retention::With { collection: "stories", job } if *job == JOB
            )
        };
        if !collection.retention.iter().any(belongs) {
            continue;
        }
        let [goes, stays] = ["goes", "stays"].map(|story| {
            of_story(collection.id, story)
                .unwrap_or_else(|| panic!("{}: how is one made?", collection.id))
        });
        put(goes.0.append(stays.0));
        counts.push((collection.id, goes.1));
    }
    assert!(counts.len() > 2, "{}", counts.len());
    assert_eq!(run(&edge)["done"], 0);
    edge.advance(999);
    assert_eq!(run(&edge)["done"], 0);
    for (collection, count) in &counts {
        assert_eq!(count(&edge), 2, "{collection}: before the end");
    }
    edge.advance(1);
    assert_eq!(run(&edge)["done"], 1);
    for (collection, count) in &counts {
        assert_eq!(count(&edge), 1, "{collection}: what is of the other stays");
    }
}
