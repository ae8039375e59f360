//! Answers to stories, which are messages.

use super::{befriend, id, story};
use whisper_testkit::{Person, Reply, TestApp, Value, json};

fn answer(app: &TestApp, by: &Person, to: &Person, path: &str) -> Reply {
    let direct = json!({"type": "direct", "participantIds": [to.id]});
    let room = by.post(app, "/v1/conversations", &direct).body;
    let body =
        json!({"contentType": "story_reply", "content": "Nice", "metadata": {"storyId": id(path)}});
    by.post(
        app,
        &format!(
            "/v1/conversations/{}/messages",
            room["id"].as_str().unwrap()
        ),
        &body,
    )
}

fn count(app: &TestApp, who: &Person, path: &str) -> Value {
    who.get(app, path).expect(200)["replyCount"].clone()
}

#[test]
fn answers_are_counted() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    befriend(&app, &ann, &bob);
    let path = story(&app, &ann, &json!({"privacy": "friends"}));
    answer(&app, &bob, &ann, &path).expect(201);
    answer(&app, &bob, &ann, &path).expect(201);
    answer(&app, &cid, &ann, &path).expect_fields(&["metadata.storyId"]);
    assert_eq!(count(&app, &ann, &path), 2);
}

#[test]
fn a_story_that_takes_no_answers_gets_none() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = story(&app, &ann, &json!({"allowReplies": false}));
    answer(&app, &bob, &ann, &path).expect_fields(&["metadata.storyId"]);
    assert_eq!(count(&app, &ann, &path), 0);
}
