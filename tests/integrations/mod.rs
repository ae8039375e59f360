//! Programs in groups: webhooks that post, webhooks that are told of events, and bots.

mod bots;
mod incoming;
mod outgoing;
mod roles;

use whisper_testkit::{Person, TestApp, Value, json};

/// The path of a group's webhooks of a kind.
fn webhooks(group: &str, kind: &str) -> String {
    format!("/v1/conversations/{group}/webhooks/{kind}")
}

/// Makes a group; gives its id.
fn group(app: &TestApp, owner: &Person, others: &[&Person]) -> String {
    let ids: Vec<&str> = others.iter().map(|who| who.id.as_str()).collect();
    let body = json!({"type": "group", "name": "Works", "participantIds": ids});
    let made = owner.post(app, "/v1/conversations", &body).expect(201);
    let id = made["id"].as_str().unwrap().to_owned();
    others.iter().for_each(|who| who.accept(app, &id));
    id
}

/// The messages of a group that people and programs sent, oldest first.
fn messages(app: &TestApp, who: &Person, group: &str) -> Vec<Value> {
    let path = format!("/v1/conversations/{group}/messages?order=asc");
    let list = who.get(app, &path).expect(200);
    let mut items = list["items"].as_array().unwrap().clone();
    items.retain(|message| message["isSystemMessage"] == false);
    items
}
