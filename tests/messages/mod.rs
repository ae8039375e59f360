//! Messages: the rights to send them, sending each once, and how they are read.

mod access;
mod at_once;
mod changes;
mod disappearing;
mod expiry;
mod history;
mod kinds;
mod link_previews;
mod mentions;
mod pins;
mod polls;
mod positions;
mod reactions;
mod receipts;
mod references;
mod scheduled;
mod scheduled_crash;
mod sending;
mod turned_away;
mod voting;
mod windows;

use whisper_testkit::{Person, Reply, TestApp, Value, json};

/// Makes a group; gives the path of its messages.
fn group(app: &TestApp, owner: &Person, with: &[&Person]) -> String {
    let ids: Vec<&str> = with.iter().map(|person| person.id.as_str()).collect();
    let body = json!({"type": "group", "name": "Room", "participantIds": ids});
    let made = owner.post(app, "/v1/conversations", &body).expect(201);
    with.iter()
        .for_each(|person| person.accept(app, &id(&made)));
    messages_of(&made)
}

/// Makes a direct conversation; gives the path of its messages.
fn direct(app: &TestApp, one: &Person, other: &Person) -> String {
    let body = json!({"type": "direct", "participantIds": [other.id]});
    messages_of(&one.post(app, "/v1/conversations", &body).expect(201))
}

fn messages_of(conversation: &Value) -> String {
    let id = conversation["id"].as_str().unwrap();
    format!("/v1/conversations/{id}/messages")
}

/// The id of the conversation that a path of messages is about.
fn conversation_of(messages: &str) -> &str {
    messages.split('/').nth(3).unwrap()
}

/// The conversation's own path.
fn of_conversation(messages: &str) -> &str {
    messages.strip_suffix("/messages").unwrap()
}

fn send(app: &TestApp, by: &Person, messages: &str, body: &Value) -> Reply {
    by.post(app, messages, body)
}

/// Sends words; gives the message's id.
fn say(app: &TestApp, by: &Person, messages: &str, words: &str) -> String {
    id(&send(app, by, messages, &json!({"content": words})).expect(201))
}

fn id(message: &Value) -> String {
    message["id"].as_str().unwrap().to_owned()
}

/// A message that is read alone, without the people it names.
fn alone(app: &TestApp, by: &Person, path: &str) -> Value {
    let mut message = by.get(app, path).expect(200);
    let users = message.as_object_mut().unwrap().remove("users");
    assert!(users.is_some_and(|users| users.is_object()));
    message
}

/// A page's contents, of the messages that somebody sent.
fn contents(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .filter(|item| item["isSystemMessage"] == false)
        .map(|item| item["content"].as_str().unwrap())
        .collect()
}

/// How many messages the history has, up to a page.
fn count(app: &TestApp, by: &Person, messages: &str) -> usize {
    contents(&by.get(app, &format!("{messages}?limit=100")).expect(200)).len()
}
