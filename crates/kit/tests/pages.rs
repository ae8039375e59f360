//! Lists by cursor, as a client walks them.
#![allow(clippy::unwrap_used, missing_docs)]

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::page::Window;
use whisper_kit::testing::{Answer, TestEdge};
use whisper_kit::{Api, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::Timestamp;
use whisper_schema::prelude::StoryReaction;
use whisper_store::{Batch, Filter, Order, Query};

#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
struct Only {
    /// Only those of this user.
    user: Option<String>,
}

async fn list(ctx: Ctx, request: Request, window: Window<Only>) -> Result<Reply> {
    let story = request.id("id")?.to_owned();
    let find = Query::<StoryReaction>::new()
        .filter(Filter::eq(StoryReaction::STORY_ID, story))
        .order(Order::desc(StoryReaction::CREATED_AT));
    let find = match &window.filters.user {
        Some(user) => find.filter(Filter::eq(StoryReaction::USER_ID, user.as_str())),
        None => find,
    };
    let page = ctx.read(window.over(find).page()).await?;
    let items = page
        .items
        .iter()
        .map(|row| json!({"user": row.user_id}))
        .collect();
    window.reply(&ctx, &page, items).await
}

/// A story with this many reactions, the last of which is the newest.
fn edge(count: usize) -> TestEdge {
    let api = Api::new("x", "").endpoint(
        Endpoint::new(Method::GET, "/v1/stories/{id}/reactions", "list", "", list).public(),
    );
    let edge = TestEdge::new(&api, &[]);
    let batch = (0..count).fold(Batch::new(), |batch, n| {
        batch.insert(&StoryReaction {
            id: format!("r{n}"),
            story_id: "s".into(),
            user_id: format!("u{n}"),
            // In pairs of the same time, so that ties count.
            created_at: Timestamp::from_millis(n as i64 / 2),
            reaction: "like".into(),
        })
    });
    block_on(edge.store().commit(batch)).unwrap();
    edge
}

fn get(edge: &TestEdge, path: &str) -> Answer {
    block_on(edge.send(Method::GET, path, "", &Value::Null))
}

fn users(body: &Value) -> Vec<String> {
    body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["user"].as_str().unwrap().to_owned())
        .collect()
}

/// The path that the Link header gives for this relation.
fn link(answer: &Answer, rel: &str) -> Option<String> {
    let links = answer
        .response
        .headers()
        .get("link")?
        .to_str()
        .unwrap()
        .to_owned();
    let link = links
        .split(", ")
        .find(|link| link.ends_with(&format!("rel=\"{rel}\"")))?
        .to_owned();
    Some(
        link.trim_start_matches('<')
            .split('>')
            .next()
            .unwrap()
            .to_owned(),
    )
}

#[test]
fn following_next_brings_everything_once_and_previous_leads_back() {
    let edge = edge(7);
    let (mut seen, mut pages) = (Vec::new(), Vec::new());
    let mut path = Some("/v1/stories/s/reactions?limit=3".to_owned());
    while let Some(at) = path {
        let answer = get(&edge, &at);
        path = link(&answer, "next");
        pages.push((users(&answer.body), link(&answer, "prev")));
        assert_eq!(answer.body.get("next").is_some(), path.is_some());
        seen.extend(users(&answer.body));
    }
    assert_eq!(seen, ["u6", "u5", "u4", "u3", "u2", "u1", "u0"]);
    assert_eq!(pages.len(), 3);
    assert_eq!(pages[0].1, None);
    let back = get(&edge, pages[2].1.as_ref().unwrap());
    assert_eq!(users(&back.body), pages[1].0);
    let first = get(&edge, &link(&back, "prev").unwrap());
    assert_eq!(users(&first.body), pages[0].0);
}

#[test]
fn an_empty_list_has_no_cursors() {
    let body = get(&edge(0), "/v1/stories/s/reactions").expect(200);
    assert_eq!(body, json!({"items": []}));
}

#[test]
fn a_page_has_25_items_and_at_most_100() {
    let edge = edge(120);
    assert_eq!(users(&get(&edge, "/v1/stories/s/reactions").body).len(), 25);
    assert_eq!(
        users(&get(&edge, "/v1/stories/s/reactions?limit=100").body).len(),
        100
    );
    for limit in ["0", "101", "-1", "x", ""] {
        let problem = get(&edge, &format!("/v1/stories/s/reactions?limit={limit}"))
            .expect_problem(400, "invalid_query");
        assert_eq!(problem["errors"][0]["field"], "limit", "{limit:?}");
    }
}

#[test]
fn a_cursor_is_good_for_its_list_alone() {
    let edge = edge(3);
    let cursor = get(&edge, "/v1/stories/s/reactions?limit=1").expect(200)["next"]
        .as_str()
        .unwrap()
        .to_owned();
    get(&edge, &format!("/v1/stories/s/reactions?after={cursor}")).expect(200);
    for path in [
        format!("t/reactions?after={cursor}"),
        format!("s/reactions?user=u1&after={cursor}"),
        format!("s/reactions?after={cursor}A"),
        "s/reactions?before=x".into(),
    ] {
        get(&edge, &format!("/v1/stories/{path}")).expect_problem(400, "invalid_cursor");
    }
    let both = get(
        &edge,
        &format!("/v1/stories/s/reactions?after={cursor}&before={cursor}"),
    );
    assert_eq!(
        both.expect_problem(400, "invalid_query")["errors"][0]["field"],
        "before"
    );
}

#[test]
fn a_parameter_that_the_list_does_not_have_is_named() {
    let edge = edge(2);
    for (query, field) in [
        ("usr=u1", "usr"),
        ("user=u1&user=u2", "user"),
        ("limit=1&limit=2", "limit"),
        ("limit=one", "limit"),
        ("%6Cimit=0", "limit"),
    ] {
        let problem = get(&edge, &format!("/v1/stories/s/reactions?{query}"));
        let problem = problem.expect_problem(400, "invalid_query");
        assert_eq!(problem["errors"][0]["field"], field, "{query}");
    }
    let one = get(&edge, "/v1/stories/s/reactions?user=u1").expect(200);
    assert_eq!(users(&one), ["u1"]);
}
