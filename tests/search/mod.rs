//! Messages are found by their words, and by the media, files and links that they carry.

mod access;
mod filters;
mod finding;

use whisper_testkit::{Person, Reply, TestApp, Value, json};

/// Makes a group, which those others accept; gives its path.
fn group(app: &TestApp, owner: &Person, with: &[&Person]) -> String {
    let ids: Vec<&str> = with.iter().map(|person| person.id.as_str()).collect();
    let body = json!({"type": "group", "name": "Room", "participantIds": ids});
    let made = owner.post(app, "/v1/conversations", &body).expect(201);
    let id = made["id"].as_str().unwrap();
    with.iter().for_each(|person| person.accept(app, id));
    format!("/v1/conversations/{id}")
}

/// Sends this; gives the message's id.
fn send(app: &TestApp, by: &Person, room: &str, body: &Value) -> String {
    let sent = by.post(app, &format!("{room}/messages"), body).expect(201);
    sent["id"].as_str().unwrap().to_owned()
}

fn say(app: &TestApp, by: &Person, room: &str, words: &str) -> String {
    send(app, by, room, &json!({"content": words}))
}

fn search(app: &TestApp, by: &Person, room: &str, query: &str) -> Reply {
    by.get(app, &format!("{room}/search?{query}"))
}

/// A page's contents.
fn contents(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["content"].as_str().unwrap().to_owned())
        .collect()
}

/// The finds of a search, as soon as there are so many.
fn found(app: &TestApp, by: &Person, path: &str, count: usize) -> Vec<String> {
    app.eventually(|| {
        let found = contents(&by.get(app, path).expect(200));
        (found.len() == count).then_some(found)
    })
}
