//! How many statements each operation costs, at any number of people, views and stories.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::TestEdge;
use whisper_schema::prelude::{Account, Follow, Profile, Story, StoryPrivacy, StoryView};
use whisper_store::Batch;

/// A viewer who follows some people, each of whom has posted a story seen by others.
async fn world(people: usize) -> (TestEdge, String) {
    let edge = TestEdge::new(&stories::api(), &[]);
    // Off the moment at which the rate limit sweeps, one in 64.
    edge.advance(1);
    let (viewer, token) = edge.user().await;
    let now = edge.ctx().now();
    let profile = |id: &str| Profile {
        id: id.into(),
        user_id: id.into(),
        ..Profile::default()
    };
    let mut batch = Batch::new().insert(&profile(&viewer));
    for i in 0..people {
        let author = format!("author{i}");
        batch = batch
            .insert(&profile(&author))
            .insert(&Account {
                id: author.clone(),
                ..Account::default()
            })
            .insert(&Follow {
                id: format!("f{i}"),
                follower_id: viewer.clone(),
                following_id: author.clone(),
                ..Follow::default()
            })
            .insert(&Story {
                id: format!("s{i}"),
                user_id: author,
                privacy: StoryPrivacy::Public,
                created_at: Some(now),
                expires_at: now.plus(60_000),
                ..Story::default()
            })
            .insert(&StoryView {
                id: format!("v{i}"),
                story_id: "s0".into(),
                viewer_id: format!("viewer{i}"),
                ..StoryView::default()
            });
    }
    edge.store().commit(batch).await.unwrap();
    (edge, token)
}

/// Statements of a call, apart from the ones that hold a transaction together.
async fn statements(
    edge: &TestEdge,
    token: &str,
    call: (Method, &str, Value),
    status: u16,
) -> usize {
    edge.statements();
    let (method, path, body) = call;
    edge.send(method, path, token, &body).await.expect(status);
    let frame = ["BEGIN", "COMMIT", "PRAGMA"];
    edge.statements()
        .iter()
        .filter(|sql| !frame.iter().any(|word| sql.starts_with(word)))
        .count()
}

#[test]
fn the_cost_doesnt_grow() {
    let costs = [3, 300].map(|people| {
        block_on(async {
            let (edge, token) = world(people).await;
            let text = json!({"contentType": "text", "text": "hello"});
            let calls = [
                // For the documents that an instance reads once.
                (Method::GET, "/v1/stories", Value::Null, 200),
                (Method::POST, "/v1/stories", text, 201),
                (Method::GET, "/v1/stories/feed", Value::Null, 200),
                (Method::GET, "/v1/stories?userId=author1", Value::Null, 200),
                (Method::GET, "/v1/stories/s0", Value::Null, 200),
                (Method::POST, "/v1/stories/s0/views", Value::Null, 201),
                (
                    Method::POST,
                    "/v1/stories/s0/views",
                    json!({"watchDuration": 3}),
                    200,
                ),
                (
                    Method::POST,
                    "/v1/stories/s0/views",
                    json!({"watchDuration": 2}),
                    200,
                ),
                (
                    Method::PUT,
                    "/v1/stories/s0/reactions",
                    json!({"reaction": "👍"}),
                    201,
                ),
                (
                    Method::PUT,
                    "/v1/stories/s0/reactions",
                    json!({"reaction": "👎"}),
                    200,
                ),
                (Method::DELETE, "/v1/stories/s0/reactions", Value::Null, 204),
            ];
            let mut costs = Vec::new();
            for (method, path, body, status) in calls {
                let name = format!("{method} {path} {status}");
                costs.push((
                    name,
                    statements(&edge, &token, (method, path, body), status).await,
                ));
            }
            costs.split_off(1)
        })
    });
    assert_eq!(costs[0], costs[1]);
    let numbers: Vec<usize> = costs[0].iter().map(|(_, cost)| *cost).collect();
    assert_eq!(numbers, [2, 4, 3, 2, 3, 3, 2, 3, 3, 3], "{:#?}", costs[0]);
}
