//! Editing, deleting and clearing, over HTTP.

use super::{alone, contents, group, id, of_conversation, say, send};
use whisper_testkit::{Person, Reply, TestApp, Value, json};

fn edit(app: &TestApp, who: &Person, message: &str, body: &Value) -> Reply {
    who.call(app, "PATCH", message).json(body).send()
}

fn delete_many(app: &TestApp, who: &Person, messages: &str, body: &Value) -> Reply {
    who.post(app, &format!("{messages}/delete"), body)
}

/// The conversation as it stands in somebody's list.
fn listed(app: &TestApp, who: &Person, messages: &str) -> Value {
    let list = who.get(app, "/v1/conversations").expect(200);
    let id = of_conversation(messages).rsplit('/').next().unwrap();
    let items = list["items"].as_array().unwrap().iter();
    items.clone().find(|item| item["id"] == id).unwrap().clone()
}

#[test]
fn an_edit_is_seen_by_all_and_what_it_replaced_by_moderators() {
    let app = TestApp::start();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let messages = group(&app, &ann, &[&bob]);
    let message = format!("{messages}/{}", say(&app, &bob, &messages, "frist"));
    let first = bob.get(&app, &message);
    let etag = first.header("etag").unwrap().to_owned();
    let changed = bob
        .call(&app, "PATCH", &message)
        .header("if-match", &etag)
        .json(&json!({"content": "first"}))
        .send()
        .expect(200);
    assert!(changed["editedAt"].is_string(), "{changed}");
    let stale = bob
        .call(&app, "PATCH", &message)
        .header("if-match", &etag)
        .json(&json!({"content": "second"}))
        .send();
    stale.expect_problem(412, "precondition_failed");
    edit(&app, &ann, &message, &json!({"content": "x"})).expect_problem(403, "forbidden");
    edit(&app, &eve, &message, &json!({"content": "x"})).expect_problem(404, "not_found");
    edit(&app, &bob, &message, &json!({"content": ""})).expect_fields(&["content"]);

    assert_eq!(alone(&app, &ann, &message)["content"], "first");
    assert_eq!(listed(&app, &ann, &messages)["lastMessageText"], "first");
    let versions = format!("{message}/versions");
    let kept = ann.get(&app, &versions).expect(200);
    assert_eq!(kept["items"][0]["content"], "frist");
    bob.get(&app, &versions).expect_problem(403, "forbidden");
    let poll =
        json!({"contentType": "poll", "content": "Tea?", "metadata": {"options": ["a", "b"]}});
    let poll = format!(
        "{messages}/{}",
        id(&send(&app, &bob, &messages, &poll).expect(201))
    );
    edit(&app, &bob, &poll, &json!({"content": "Coffee?"})).expect_problem(409, "not_editable");
}

#[test]
fn an_edit_mentions_somebody_anew() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let messages = group(&app, &ann, &[&bob]);
    let message = say(&app, &ann, &messages, "Hello");
    let body = json!({"content": "Hello @bob", "mentions": [bob.id]});
    edit(&app, &ann, &format!("{messages}/{message}"), &body).expect(200);
    let mentions = || {
        let inbox = bob.get(&app, "/v1/notifications").expect(200);
        let items = inbox["items"].as_array().unwrap().clone();
        items.into_iter().filter(|item| item["type"] == "mention")
    };
    let told = app.eventually(|| mentions().next());
    assert_eq!(told["metadata"]["messageId"], message);
    edit(
        &app,
        &ann,
        &format!("{messages}/{message}"),
        &json!({"mentions": []}),
    )
    .expect(200);
    assert_eq!(mentions().count(), 0);
}

#[test]
fn a_deletion_for_all_leaves_the_place_alone() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let messages = group(&app, &ann, &[&bob]);
    let ids: Vec<String> = ["1", "2", "3"]
        .map(|words| say(&app, &bob, &messages, words))
        .into();
    let last = format!("{messages}/{}", ids[2]);
    ann.delete(&app, &last).expect(204);
    let left = alone(&app, &bob, &last);
    assert_eq!(
        (&left["content"], &left["senderId"]),
        (&json!(""), &json!(bob.id))
    );
    assert!(left["deletedAt"].is_string());
    let shown = listed(&app, &ann, &messages);
    assert_eq!(
        (&shown["lastMessageText"], &shown["my"]["unreadCount"]),
        (&json!("2"), &json!(2))
    );
    let body = json!({"ids": ids});
    delete_many(&app, &bob, &messages, &body).expect(204);
    let history = ann.get(&app, &messages).expect(200);
    assert_eq!(contents(&history), ["", "", ""]);
    let mine = say(&app, &ann, &messages, "mine");
    bob.delete(&app, &format!("{messages}/{mine}?for=all"))
        .expect_problem(403, "forbidden");
    bob.delete(&app, &format!("{messages}/{mine}?for=them"))
        .expect(400);
    delete_many(&app, &bob, &messages, &json!({"ids": ["nothing"]})).expect_fields(&["ids"]);
}

#[test]
fn a_deletion_for_me_and_clearing_leave_it_to_the_others() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let messages = group(&app, &ann, &[&bob]);
    let ids: Vec<String> = ["1", "2", "3"]
        .map(|words| say(&app, &ann, &messages, words))
        .into();
    let last = format!("{messages}/{}", ids[2]);
    bob.delete(&app, &format!("{last}?for=me")).expect(204);
    bob.get(&app, &last).expect_problem(404, "not_found");
    let history = bob.get(&app, &messages).expect(200);
    assert_eq!(contents(&history), ["2", "1"]);
    let shown = listed(&app, &bob, &messages);
    assert_eq!(
        (&shown["lastMessageText"], &shown["my"]["unreadCount"]),
        (&json!("2"), &json!(2))
    );
    let clear = format!("{}/clear", of_conversation(&messages));
    let my = bob.post(&app, &clear, &Value::Null).expect(200);
    assert_eq!(my["unreadCount"], 0);
    let history = bob.get(&app, &messages).expect(200);
    assert_eq!(contents(&history), [""; 0]);
    assert_eq!(
        listed(&app, &bob, &messages)["lastMessageText"],
        Value::Null
    );
    say(&app, &ann, &messages, "4");
    let history = bob.get(&app, &messages).expect(200);
    assert_eq!(contents(&history), ["4"]);
    let history = ann.get(&app, &messages).expect(200);
    assert_eq!(contents(&history), ["4", "3", "2", "1"]);
}
