//! Each collection that goes with stories is emptied by the job that it names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use futures::executor::block_on;
use story_expiry::{JOB, api};
use whisper_kit::testing::TestEdge;
use whisper_kit::testing::retention::{Count, Made, count, goes_with_others, made};
use whisper_schema::prelude::*;
use whisper_store::Batch;

/// A document of a collection that belongs to a story.
fn of_story(collection: &str, story: &str) -> Option<Made> {
    let (id, story_id) = (format!("{story}-1"), story.to_owned());
    match collection {
        "storyViews" => Some(made(&StoryView {
            id,
            story_id,
            ..StoryView::default()
        })),
        "storyReactions" => Some(made(&StoryReaction {
            id,
            story_id,
            reaction: "like".into(),
            ..StoryReaction::default()
        })),
        _ => None,
    }
}

#[test]
fn each_collection_that_goes_with_stories_is_emptied_by_the_job() {
    let edge = TestEdge::new(&api(), &[("operator_key", "key")]);
    let now = edge.ctx().now();
    for (id, lasts) in [("goes", 1_000), ("stays", 1_000_000)] {
        let story = Batch::new().insert(&Story {
            id: id.into(),
            user_id: "ann".into(),
            expires_at: now.plus(lasts),
            ..Story::default()
        });
        block_on(edge.store().commit(story)).unwrap();
    }
    let stories: [(&str, Count); 1] = [("stories", count::<Story>)];
    block_on(goes_with_others(&edge, (JOB, "key"), &stories, of_story));
}
