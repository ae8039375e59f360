//! Stories: posting, privacy, the feed, views, reactions, answers.

mod access;
mod feed;
mod posting;
mod privacy;
mod reactions;
mod replies;
mod views;

use whisper_testkit::{Person, Reply, TestApp, Value, ids, json};

/// The path of a story that isn't there.
const NO_STORY: &str = "/v1/stories/00000000-0000-7000-8000-000000000000";

/// A text story with other fields.
fn body(more: &Value) -> Value {
    let mut body = json!({"contentType": "text", "text": "Today", "privacy": "public"});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    body
}

fn post(app: &TestApp, by: &Person, body: &Value) -> Reply {
    by.post(app, "/v1/stories", body)
}

/// Posts a text story; gives its path.
fn story(app: &TestApp, by: &Person, more: &Value) -> String {
    let posted = post(app, by, &body(more)).expect(201);
    format!("/v1/stories/{}", posted["id"].as_str().unwrap())
}

/// The id at the end of a path.
fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

fn follow(app: &TestApp, by: &Person, whom: &Person, is_close_friend: bool) {
    let body = json!({"isCloseFriend": is_close_friend});
    by.put(app, &format!("/v1/follows/{}", whom.id), &body)
        .expect(201);
}

fn befriend(app: &TestApp, one: &Person, other: &Person) {
    follow(app, one, other, false);
    follow(app, other, one, false);
}

fn block(app: &TestApp, by: &Person, whom: &Person) {
    by.call(app, "PUT", &format!("/v1/blocks/{}", whom.id))
        .send()
        .expect(204);
}

/// The stories in somebody's feed, the latest first.
fn feed(app: &TestApp, who: &Person) -> Vec<String> {
    let list = who.get(app, "/v1/stories/feed?limit=100").expect(200);
    ids(&list).into_iter().map(str::to_owned).collect()
}
