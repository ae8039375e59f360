//! How often one reacts, and how long a story stands with a wrong clock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::{Answer, TestEdge};
use whisper_schema::prelude::{Event, Profile};
use whisper_store::{Batch, Filter, Query};

const DAY: i64 = 24 * 3_600_000;

/// Somebody with a profile; gives their id and an access token.
async fn user(edge: &TestEdge) -> (String, String) {
    let (id, token) = edge.user().await;
    let profile = Profile {
        id: id.clone(),
        user_id: id.clone(),
        ..Profile::default()
    };
    let batch = Batch::new().insert(&profile);
    edge.store().commit(batch).await.unwrap();
    (id, token)
}

/// Posts a story; gives its path.
async fn post(edge: &TestEdge, token: &str) -> String {
    let body = json!({"contentType": "text", "text": "hi", "privacy": "public"});
    let posted = edge.send(Method::POST, "/v1/stories", token, &body).await;
    format!("/v1/stories/{}", posted.expect(201)["id"].as_str().unwrap())
}

#[test]
fn reactions_have_a_rate() {
    block_on(async {
        let edge = TestEdge::new(&stories::api(), &[("story_reaction_rate_per_hour", "3")]);
        let ((_, ann), (_, bob)) = (user(&edge).await, user(&edge).await);
        let path = format!("{}/reactions", post(&edge, &ann).await);
        let react = async |reaction: &str| -> Answer {
            let body = json!({"reaction": reaction});
            edge.send(Method::PUT, &path, &bob, &body).await
        };
        let undo = async || {
            let undone = edge.send(Method::DELETE, &path, &bob, &Value::Null).await;
            undone.expect(204);
        };
        react("a").await.expect(201);
        undo().await;
        react("a").await.expect(201);
        react("a").await.expect(200);
        react("b").await.expect(200);
        react("c").await.expect_problem(429, "rate_limited");
        undo().await;
        let refused = react("a").await;
        assert!(refused.response.headers().contains_key("retry-after"));
        refused.expect_problem(429, "rate_limited");
        let told = Query::<Event>::new().filter(Filter::eq(Event::KIND, "story.reacted"));
        assert_eq!(edge.store().read(told.count(10)).await.unwrap(), 2);
    });
}

#[test]
fn a_story_posted_while_the_clock_was_a_year_ahead_is_gone_afterwards() {
    block_on(async {
        let edge = TestEdge::new(&stories::api(), &[]);
        let (id, _) = user(&edge).await;
        edge.advance(365 * DAY);
        let ann = edge.session(&id).await;
        let path = post(&edge, &ann).await;
        let get = async |path: &str, token: &str| {
            let answer = edge.send(Method::GET, path, token, &Value::Null).await;
            answer.response.status().as_u16()
        };
        assert_eq!(get(&path, &ann).await, 200);
        edge.advance(60_000 - 365 * DAY);
        let ann = edge.session(&id).await;
        assert_eq!(get(&path, &ann).await, 404);
        let of_ann = format!("/v1/stories?userId={id}");
        let listed = edge.send(Method::GET, &of_ann, &ann, &Value::Null).await;
        assert_eq!(listed.expect(200)["items"], json!([]));
        let path = post(&edge, &ann).await;
        assert_eq!(get(&path, &ann).await, 200, "others stand as ever");
    });
}

#[test]
fn a_story_was_posted_when_it_was_committed() {
    block_on(async {
        let edge = TestEdge::new(&stories::api(), &[]);
        let (_, ann) = user(&edge).await;
        let post = async |key: &str| {
            let body = json!({"contentType": "text", "text": "hi"});
            let mut request = edge.request_of(Method::POST, "/v1/stories", &ann, &body);
            request
                .headers
                .insert("idempotency-key", key.parse().unwrap());
            edge.request(request).await.expect(201)
        };
        edge.advance(30_000);
        let latest = post("a").await["createdAt"].clone();
        // Times of commits don't go back with the clock.
        edge.advance(-30_000);
        let second = post("b").await;
        assert_eq!(second["createdAt"], latest);
        edge.advance(1000);
        assert_eq!(post("b").await, second);
        let path = format!("/v1/stories/{}", second["id"].as_str().unwrap());
        let read = edge.send(Method::GET, &path, &ann, &Value::Null).await;
        assert_eq!(read.expect(200)["createdAt"], latest);
    });
}
