//! Files of stories: taken, held until the story ends, and shown to its audience.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::{Answer, TestEdge};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Get, Query};

/// A day in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// An author with the files `s` for stories, `a` for pictures and `u`, which is uploading; somebody who has the file `b`.
struct World {
    edge: TestEdge,
    ann: (String, String),
    bob: (String, String),
}

impl World {
    async fn new() -> Self {
        let edge = TestEdge::new(&stories::api(), &[]);
        // Off the moment at which the rate limit sweeps, one in 64.
        edge.advance(1);
        let (ann, bob) = (edge.user().await, edge.user().await);
        let now = edge.ctx().now();
        let mut batch = Batch::new();
        for (id, _) in [&ann, &bob] {
            batch = batch.insert(&Profile {
                id: id.clone(),
                user_id: id.clone(),
                ..Profile::default()
            });
        }
        for (id, owner, bucket, whole) in [
            ("s", &ann, FileBucket::Stories, true),
            ("a", &ann, FileBucket::Avatars, true),
            ("u", &ann, FileBucket::Stories, false),
            ("b", &bob, FileBucket::Stories, true),
        ] {
            batch = batch.insert(&StoredFile {
                id: id.into(),
                user_id: owner.0.clone(),
                bucket,
                name: "a.jpg".into(),
                mime_type: "image/jpeg".into(),
                size: 5,
                completed_at: whole.then_some(now),
                ends_at: Some(now.plus(DAY)),
                ..StoredFile::default()
            });
        }
        edge.store().commit(batch).await.unwrap();
        Self { edge, ann, bob }
    }

    async fn post(&self, file: &str) -> Answer {
        let body = json!({"contentType": "image", "mediaFileId": file, "privacy": "public"});
        let (_, token) = &self.ann;
        self.edge
            .send(Method::POST, "/v1/stories", token, &body)
            .await
    }

    async fn get(&self, (_, token): &(String, String), path: &str) -> Value {
        let answer = self.edge.send(Method::GET, path, token, &Value::Null);
        answer.await.expect(200)
    }

    async fn holders(&self) -> Vec<String> {
        let holds = self.edge.store().read(Query::<FileHold>::new().limit(10));
        let holds = holds.await.unwrap().into_iter();
        holds.map(|hold| hold.into_inner().holder_id).collect()
    }

    async fn end(&self) -> Option<Timestamp> {
        let file = self.edge.store().read(Get::<StoredFile>::id("s")).await;
        file.unwrap().unwrap().ends_at
    }
}

fn id(story: &Value) -> &str {
    story["id"].as_str().unwrap()
}

#[test]
fn the_file_of_a_story_is_a_whole_one_of_its_authors_in_the_bucket() {
    block_on(async {
        let world = World::new().await;
        for file in ["nothing", "a", "u", "b"] {
            let refused = world.post(file).await;
            let refused = refused.expect_problem(422, "validation_failed");
            let fault = &refused["errors"][0];
            assert_eq!(
                (&fault["field"], &fault["rule"]),
                (&json!("mediaFileId"), &json!("reference")),
                "{file}"
            );
        }
        let stories = world.get(&world.ann, "/v1/stories").await;
        assert_eq!(
            (stories["items"].clone(), world.holders().await),
            (json!([]), vec![])
        );
    });
}

#[test]
fn a_story_holds_its_file_until_it_is_taken_back() {
    block_on(async {
        let world = World::new().await;
        let story = world.post("s").await.expect(201);
        assert_eq!(
            (world.holders().await, world.end().await),
            (vec![id(&story).to_owned()], None)
        );
        let again = world.post("s").await.expect(201);
        assert_eq!(world.holders().await.len(), 2, "two stories of one file");
        for (story, left) in [(&story, 1), (&again, 0)] {
            let path = format!("/v1/stories/{}", id(story));
            let gone = world
                .edge
                .send(Method::DELETE, &path, &world.ann.1, &Value::Null);
            gone.await.expect(204);
            assert_eq!(world.holders().await.len(), left);
        }
        assert_eq!(world.end().await, Some(world.edge.ctx().now().plus(DAY)));
    });
}

#[test]
fn whoever_sees_a_story_gets_an_address_of_their_own() {
    block_on(async {
        let world = World::new().await;
        let posted = world.post("s").await.expect(201);
        let path = format!("/v1/stories/{}", id(&posted));
        let of_author = format!("/v1/stories?userId={}", world.ann.0);
        assert_eq!(world.get(&world.ann, &path).await, posted);
        let one = world.get(&world.bob, &path).await;
        let media = &one["media"];
        assert_eq!(
            (&media["id"], &media["name"]),
            (&json!("s"), &json!("a.jpg"))
        );
        assert!(media["url"].as_str().unwrap().contains(&world.bob.0));
        assert!(
            posted["media"]["url"]
                .as_str()
                .unwrap()
                .contains(&world.ann.0)
        );
        let listed = world.get(&world.bob, &of_author).await;
        assert_eq!(&listed["items"][0]["media"], media);
    });
}

#[test]
fn files_cost_one_statement_for_a_page_that_has_any() {
    block_on(async {
        let world = World::new().await;
        let mut costs = Vec::new();
        for story in ["text", "s", "s"] {
            match story {
                "text" => {
                    let body = json!({"contentType": "text", "text": "hi"});
                    let posted = world
                        .edge
                        .send(Method::POST, "/v1/stories", &world.ann.1, &body);
                    posted.await.expect(201);
                }
                file => {
                    world.post(file).await.expect(201);
                }
            }
            world.get(&world.ann, "/v1/stories").await;
            world.edge.statements();
            world.get(&world.ann, "/v1/stories").await;
            costs.push(world.edge.statements().len());
        }
        assert_eq!(costs, [2, 3, 3]);
    });
}
