//! Streams and polls: each event reaches all users whom it concerns, and no others.

mod blocked;
mod everybody;
mod kinds;
mod own;
mod polling;
mod presence;
mod resuming;
mod rights;
mod slow;
mod stopping;

use whisper_testkit::{Person, TestApp, Value, json};

/// A group of these people.
fn group(app: &TestApp, owner: &Person, others: &[&Person]) -> String {
    let ids: Vec<&str> = others.iter().map(|person| person.id.as_str()).collect();
    let body = json!({"type": "group", "name": "Friends", "participantIds": ids});
    let made = owner.post(app, "/v1/conversations", &body).expect(201);
    let id = made["id"].as_str().unwrap().to_owned();
    for other in others {
        other.accept(app, &id);
    }
    id
}

fn say(app: &TestApp, who: &Person, place: &str, words: &str) -> Value {
    let path = format!("/v1/conversations/{place}/messages");
    who.post(app, &path, &json!({"content": words})).expect(201)
}

/// Whether an event is a new message of these words.
fn says<'a>(words: &'a str) -> impl Fn(&Value) -> bool + 'a {
    move |event| event["type"] == "message.created" && event["message"]["content"] == words
}
