//! Messages that are sent at a later time: by the job, once, and only if their sender may send them then.

use whisper_testkit::{Person, Reply, TestApp, Value, json};

use super::{contents, conversation_of, direct, group, id, of_conversation, say, send};

const MINE: &str = "/v1/me/scheduled-messages";

/// Five minutes after an RFC 3339 time in UTC, by way of the offset.
fn in_five_minutes(at: &Value) -> String {
    format!("{}-00:05", at.as_str().unwrap().strip_suffix('Z').unwrap())
}

/// Schedules a message for in five minutes by the server's clock, of which a message of somebody's own tells.
fn schedule(app: &TestApp, by: &Person, room: &str, message: &Value) -> Reply {
    let notes = group(app, by, &[]);
    let now = send(app, by, &notes, &json!({"content": "now"})).expect(201);
    let path = format!("{}/scheduled-messages", of_conversation(room));
    let body = json!({"sendAt": in_five_minutes(&now["createdAt"]), "message": message});
    by.post(app, &path, &body)
}

fn run(app: &TestApp) -> Value {
    app.run_job("scheduled-messages").expect(200)["done"].clone()
}

#[test]
fn it_is_sent_at_its_time_and_arrives_like_any_other() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    let message = json!({"content": "Happy birthday!", "mentions": [bob.id]});
    let made = schedule(&app, &ann, &room, &message);
    let location = made.header("location").unwrap().to_owned();
    let made = made.expect(201);
    assert_eq!(location, format!("{MINE}/{}", id(&made)));
    assert_eq!(ann.get(&app, &location).expect(200), made);
    bob.get(&app, &location).expect_problem(404, "not_found");
    assert_eq!(run(&app), 0);
    assert!(contents(&bob.get(&app, &room).expect(200)).is_empty());
    app.advance("5m");
    assert_eq!((run(&app), run(&app)), (json!(1), json!(0)));
    let page = bob.get(&app, &room).expect(200);
    assert_eq!(contents(&page), ["Happy birthday!"]);
    assert_eq!(page["items"][0]["id"], made["id"]);
    let inbox = || bob.get(&app, "/v1/notifications").expect(200)["items"].clone();
    app.eventually(|| (inbox()[0]["type"] == "mention").then_some(()));
    let shown = bob.get(&app, of_conversation(&room)).expect(200);
    assert_eq!(shown["lastMessageText"], "Happy birthday!");
    let list = ann.get(&app, MINE).expect(200);
    assert_eq!(list["items"], json!([]));
}

#[test]
fn its_sender_lists_changes_cancels_and_sends_it() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let (room, talk) = (group(&app, &ann, &[&bob]), direct(&app, &ann, &bob));
    let words = |words: &str| json!({ "content": words });
    let ids = [
        id(&schedule(&app, &ann, &room, &words("one")).expect(201)),
        id(&schedule(&app, &ann, &talk, &words("two")).expect(201)),
        id(&schedule(&app, &ann, &talk, &words("three")).expect(201)),
    ];
    let listed = |query: &str| -> Vec<String> {
        let list = ann.get(&app, &format!("{MINE}{query}")).expect(200);
        list["items"].as_array().unwrap().iter().map(id).collect()
    };
    assert_eq!(listed(""), ids);
    let here = format!("?conversationId={}", conversation_of(&talk));
    assert_eq!(listed(&here), ids[1..]);
    let one = format!("{MINE}/{}", ids[1]);
    let change = json!({"message": {"content": "two, changed"}});
    let changed = ann.call(&app, "PATCH", &one).json(&change).send();
    assert_eq!(changed.expect(200)["message"]["content"], "two, changed");
    ann.delete(&app, &format!("{MINE}/{}", ids[2])).expect(204);
    let now = ann.post(&app, &format!("{one}/send"), &json!(null));
    assert_eq!(now.expect(201)["content"], "two, changed");
    ann.post(&app, &format!("{one}/send"), &json!(null))
        .expect(200);
    assert_eq!(
        contents(&bob.get(&app, &talk).expect(200)),
        ["two, changed"]
    );
    assert_eq!(listed(""), ids[..1]);
}

#[test]
fn who_may_not_send_any_more_is_told() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    let made = schedule(&app, &bob, &room, &json!({"content": "Goodbye"})).expect(201);
    let member = format!("{}/members/{}", of_conversation(&room), bob.id);
    ann.delete(&app, &member).expect(204);
    app.advance("5m");
    assert_eq!(run(&app), 1);
    assert!(contents(&ann.get(&app, &room).expect(200)).is_empty());
    let kept = bob.get(&app, &format!("{MINE}/{}", id(&made))).expect(200);
    assert_eq!(
        (&kept["status"], &kept["failure"]),
        (&json!("failed"), &json!("not_member"))
    );
    assert_eq!(kept["message"]["content"], "Goodbye");
    let inbox = || bob.get(&app, "/v1/notifications").expect(200)["items"].clone();
    let notice = app.eventually(|| {
        let inbox = inbox();
        let notices = inbox.as_array().unwrap().iter();
        let mut about = notices.filter(|one| one["metadata"]["scheduledMessageId"] == made["id"]);
        about.next().cloned()
    });
    assert_eq!(notice["metadata"]["reason"], "not_member");
}

#[test]
fn what_is_refused() {
    let app = TestApp::start();
    let (ann, eve) = (app.person("ann"), app.person("eve"));
    let room = group(&app, &ann, &[]);
    let path = format!("{}/scheduled-messages", of_conversation(&room));
    let sooner = json!({"sendAt": "2020-01-01T00:00:00Z", "message": {"content": "x"}});
    ann.post(&app, &path, &sooner).expect_fields(&["sendAt"]);
    let later = json!({"sendAt": "2099-01-01T00:00:00Z", "message": {"content": "x"}});
    ann.post(&app, &path, &later).expect_fields(&["sendAt"]);
    schedule(&app, &ann, &room, &json!({"content": "", "colour": 1}))
        .expect_fields(&["message.content", "message.colour"]);
    let broken = ann
        .call(&app, "POST", &path)
        .raw("application/json", b"{")
        .send();
    broken.expect_problem(400, "invalid_json");
    schedule(&app, &eve, &room, &json!({"content": "x"})).expect_problem(404, "not_found");
    app.post(&path)
        .json(&sooner)
        .send()
        .expect_problem(401, "unauthenticated");
    app.post("/internal/jobs/scheduled-messages")
        .bearer(&ann.token)
        .send()
        .expect(401);
}

#[test]
fn a_direct_message_waits_for_nobody_who_was_blocked() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let talk = direct(&app, &ann, &bob);
    say(&app, &bob, &talk, "Hello");
    let made = schedule(&app, &ann, &talk, &json!({"content": "Hi"})).expect(201);
    bob.put(&app, &format!("/v1/blocks/{}", ann.id), &json!(null))
        .expect(204);
    app.advance("5m");
    assert_eq!(run(&app), 1);
    let kept = ann.get(&app, &format!("{MINE}/{}", id(&made))).expect(200);
    assert_eq!(kept["failure"], "not_allowed");
}
