//! The file of a story goes with the story, unless something else holds it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use futures::executor::block_on;
use story_expiry::Stories;
use whisper_files::{Holder, hold};
use whisper_kit::jobs::{Bounds, Tally, expire};
use whisper_kit::testing::TestEdge;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Get, Query};

fn story(id: &str, file: Option<&str>, expires_at: Timestamp) -> Story {
    Story {
        id: id.into(),
        user_id: "ann".into(),
        media_file_id: file.map(str::to_owned),
        expires_at,
        ..Story::default()
    }
}

/// Stories that hold files: `over` has ended and `stays` hasn't; `text` has ended and has none, and `former` an id from before there were files.
async fn seed(edge: &TestEdge) {
    let now = edge.ctx().now();
    let mut batch = Batch::new();
    for (id, file, end) in [("over", "f1", now), ("stays", "f2", now.plus(1000))] {
        let file = StoredFile {
            id: file.into(),
            user_id: "ann".into(),
            bucket: FileBucket::Stories,
            name: "a.jpg".into(),
            mime_type: "image/jpeg".into(),
            size: 5,
            completed_at: Some(now),
            ..StoredFile::default()
        };
        let story = story(id, Some(&file.id), end);
        batch = batch.insert(&file).insert(&story);
        batch = hold(batch, [&file], &Holder::story(&story));
    }
    let batch =
        batch
            .insert(&story("text", None, now))
            .insert(&story("former", Some("nothing"), now));
    edge.store().commit(batch).await.unwrap();
}

#[test]
fn the_file_of_an_expired_story_is_let_go_with_it() {
    block_on(async {
        let edge = TestEdge::new(&story_expiry::api(), &[]);
        seed(&edge).await;
        let (now, tally) = (edge.ctx().now(), Tally::default());
        let run = expire(&edge.ctx(), &Stories, Bounds::default(), &tally).await;
        run.unwrap();
        assert_eq!(tally.report().done, 3);
        let ends = (Get::<StoredFile>::id("f1"), Get::<StoredFile>::id("f2"));
        let holds = Query::<FileHold>::new().limit(10);
        let ((over, stays), holds) = edge.store().read((ends, holds)).await.unwrap();
        let tomorrow = Some(now.plus(StoredFile::KEPT));
        assert_eq!(
            (over.unwrap().ends_at, stays.unwrap().ends_at),
            (tomorrow, None)
        );
        let holders: Vec<&str> = holds.iter().map(|hold| hold.holder_id.as_str()).collect();
        assert_eq!(holders, ["stays"]);
    });
}
