//! A retried create has its effect once and gets the same answer.
#![allow(clippy::unwrap_used, missing_docs)]

use futures::executor::block_on;
use futures::future::join_all;
use serde_json::{Value, json};
use whisper_kit::idempotency::Once;
use whisper_kit::testing::{Answer, TestEdge};
use whisper_kit::{Api, Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_schema::prelude::{IdempotencyKey, StoryReaction, Timestamp};
use whisper_store::{Batch, Filter, Query};

const DAY: i64 = 24 * 60 * 60 * 1000;

async fn create(ctx: Ctx, request: Request) -> Result<Reply> {
    let once = Once::of(&request, &ctx.caller()?.user_id, "createSticker")?;
    if let Some(reply) = once.replay(&ctx).await? {
        return Ok(reply);
    }
    let body = Value::from(request.object()?);
    if body["name"] == "refused" {
        return Err(Error::field("name", whisper_kit::Rule::Enum, "is refused"));
    }
    let sticker = StoryReaction {
        id: ctx.new_id()?,
        story_id: ctx.new_id()?,
        reaction: "like".into(),
        created_at: Timestamp::AT_COMMIT,
        ..StoryReaction::default()
    };
    let long = "\"".repeat(body["long"].as_u64().unwrap_or(0) as usize);
    let answer = |at| {
        let answer = json!({"id": sticker.id, "long": long, "name": body["name"], "createdAt": at});
        let reply = Reply::created(&answer)?;
        Ok(reply
            .location(&format!("/v1/stickers/{}", sticker.id))
            .etag(1))
    };
    let batch = Batch::new().insert(&sticker);
    Ok(once.commit(&ctx, batch, answer).await?)
}

fn edge() -> (TestEdge, String) {
    let api = Api::new("stickers", "")
        .endpoint(
            Endpoint::new(Method::POST, "/v1/stickers", "createSticker", "", create)
                .headers(&["idempotency-key"])
                .answers(&["etag", "location"]),
        )
        .endpoint(
            Endpoint::new(
                Method::POST,
                "/v1/packs/{id}/stickers",
                "createSticker",
                "",
                create,
            )
            .headers(&["idempotency-key"])
            .answers(&["etag", "location"]),
        );
    let edge = TestEdge::new(&api, &[]);
    let (_, token) = block_on(edge.user());
    (edge, token)
}

async fn post(edge: &TestEdge, token: &str, path: &str, key: &str, body: &Value) -> Answer {
    let mut request = Request::new(Method::POST, path);
    request
        .headers
        .insert("authorization", format!("Bearer {token}").parse().unwrap());
    request
        .headers
        .insert("content-type", "application/json".parse().unwrap());
    if let Ok(key) = key.parse() {
        request.headers.insert("idempotency-key", key);
    }
    request.body = body.to_string().into();
    edge.request(request).await
}

fn stickers(edge: &TestEdge) -> u64 {
    block_on(edge.store().read(Query::<StoryReaction>::new().count(100))).unwrap()
}

#[test]
fn a_retry_gets_the_first_answer_whole() {
    let (edge, token) = edge();
    let send = || block_on(post(&edge, &token, "/v1/stickers", "k1", &json!({})));
    let (first, second) = (send(), send());
    assert_eq!(first.response.headers().get("idempotency-replayed"), None);
    assert_eq!(second.response.headers()["idempotency-replayed"], "true");
    assert_eq!(second.response.status(), 201);
    for name in ["location", "etag", "content-type", "content-length"] {
        assert_eq!(
            first.response.headers()[name],
            second.response.headers()[name],
            "{name}"
        );
    }
    assert_eq!(first.body, second.body);
    assert_eq!(stickers(&edge), 1);
}

#[test]
fn the_time_of_the_commit_is_in_the_answer_and_in_that_to_a_retry() {
    let (edge, token) = edge();
    let body = json!({"name": "1970-01-01T00:00:00.000Z @commit"});
    let send = |key| block_on(post(&edge, &token, "/v1/stickers", key, &body)).expect(201);
    edge.advance(30_000);
    let latest = send("k1")["createdAt"].clone();
    // Times of commits don't go back with the clock.
    edge.advance(-30_000);
    let first = send("k2");
    assert_eq!(first["createdAt"], latest);
    let kept = block_on(edge.store().read(Query::<StoryReaction>::new().limit(9))).unwrap();
    assert!(kept.iter().all(|kept| json!(kept.created_at) == latest));
    assert_eq!(first["name"], body["name"]);
    edge.advance(1000);
    assert_eq!(send("k2"), first);
}

#[test]
fn without_a_key_or_with_another_one_it_is_another_request() {
    let (edge, token) = edge();
    for key in ["\n", "\n", "a", "b"] {
        block_on(post(&edge, &token, "/v1/stickers", key, &json!({}))).expect(201);
    }
    let (_, other) = block_on(edge.user());
    block_on(post(&edge, &other, "/v1/stickers", "a", &json!({}))).expect(201);
    assert_eq!(stickers(&edge), 5);
}

#[test]
fn a_key_belongs_to_one_request() {
    let (edge, token) = edge();
    let send = |path, body| block_on(post(&edge, &token, path, "k", &body));
    send("/v1/packs/a/stickers", json!({"name": "x"})).expect(201);
    send("/v1/packs/a/stickers", json!({"name": "y"}))
        .expect_problem(422, "idempotency_key_reused");
    send("/v1/packs/b/stickers", json!({"name": "x"}))
        .expect_problem(422, "idempotency_key_reused");
    assert_eq!(stickers(&edge), 1);
}

#[test]
fn many_at_once_are_one() {
    let (edge, token) = edge();
    let body = json!({});
    let all = (0..8).map(|_| post(&edge, &token, "/v1/stickers", "k", &body));
    let answers = block_on(join_all(all));
    let replayed = answers
        .iter()
        .filter(|a| a.response.headers().contains_key("idempotency-replayed"))
        .count();
    assert_eq!(replayed, 7);
    assert!(
        answers
            .iter()
            .all(|a| a.response.status() == 201 && a.body == answers[0].body),
        "{answers:?}"
    );
    assert_eq!(stickers(&edge), 1);
}

#[test]
fn a_refusal_uses_up_no_key() {
    let (edge, token) = edge();
    let send = |body| block_on(post(&edge, &token, "/v1/stickers", "k", &body));
    send(json!({"name": "refused"})).expect_problem(422, "validation_failed");
    send(json!({"name": "better"})).expect(201);
}

#[test]
fn a_key_is_forgotten_after_a_day() {
    let (edge, _) = edge();
    let (user, token) = block_on(edge.user());
    let send = |token: &str, key| {
        block_on(post(&edge, token, "/v1/stickers", key, &json!({}))).expect(201)
    };
    let first = send(&token, "a");
    send(&token, "b");
    edge.advance(DAY - 1);
    let token = block_on(edge.session(&user));
    assert_eq!(send(&token, "a"), first);
    edge.advance(1);
    assert_ne!(send(&token, "a"), first);
    edge.advance(1);
    send(&token, "c");
    // The job `retention` removes it, and no request does.
    let old = Query::<IdempotencyKey>::new().filter(Filter::eq(IdempotencyKey::KEY, "b"));
    let left = block_on(edge.store().read(old.count(10)));
    assert_eq!(left, Ok(1));
}

#[test]
fn requests_with_keys_that_wait_share_statements() {
    let (edge, token) = edge();
    let body = json!({});
    let all = |round: &str| {
        let keys: Vec<String> = (0..16).map(|i| format!("{round}{i}")).collect();
        let sent = keys
            .iter()
            .map(|key| post(&edge, &token, "/v1/stickers", key, &body));
        for answer in block_on(join_all(sent)) {
            answer.expect(201);
        }
    };
    all("first");
    edge.statements();
    all("second");
    let statements = edge.statements();
    let commits = statements.iter().filter(|sql| sql.starts_with("INSERT"));
    assert!(commits.count() <= 3, "{statements:#?}");
    assert_eq!(stickers(&edge), 32);
}

#[test]
fn a_long_answer_is_replayed_too() {
    let (edge, token) = edge();
    let send = || {
        block_on(post(
            &edge,
            &token,
            "/v1/stickers",
            "k",
            &json!({"long": 200_000}),
        ))
    };
    let first = send().expect(201);
    assert_eq!(send().expect(201), first);
}

#[test]
fn a_key_is_1_to_255_visible_characters() {
    let (edge, token) = edge();
    let send = |key: &str| block_on(post(&edge, &token, "/v1/stickers", key, &json!({})));
    send(&"k".repeat(255)).expect(201);
    for key in ["", "a b", "ä", &"k".repeat(256)] {
        send(key).expect_problem(400, "invalid_header");
    }
}
