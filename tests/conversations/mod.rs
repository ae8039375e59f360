//! Conversations: direct ones and groups, roles and their rights, unread messages.

mod access;
mod broadcasts;
mod catching_up;
mod channels;
mod communities;
mod direct;
mod directory;
mod drafts;
mod folders;
mod groups;
mod invitations;
mod lists;
mod members;
mod reading;
mod recipients;
mod requests;
mod rights;
mod roles;
mod settings;
mod strangers;
mod telling;

use whisper_testkit::{Person, Reply, TestApp, Value, ids, json};

/// Asks for a conversation with these people; a group when it has a name.
fn start(app: &TestApp, by: &Person, name: Option<&str>, with: &[&Person]) -> Reply {
    let ids: Vec<&str> = with.iter().map(|person| person.id.as_str()).collect();
    let body = match name {
        Some(name) => json!({"type": "group", "name": name, "participantIds": ids}),
        None => json!({"type": "direct", "participantIds": ids}),
    };
    by.post(app, "/v1/conversations", &body)
}

/// Makes a group, which those others accept; gives its path.
fn group(app: &TestApp, owner: &Person, with: &[&Person]) -> String {
    let made = start(app, owner, Some("Room"), with).expect(201);
    let id = made["id"].as_str().unwrap();
    with.iter().for_each(|person| person.accept(app, id));
    format!("/v1/conversations/{id}")
}

/// Makes a direct conversation; gives its path.
fn direct(app: &TestApp, one: &Person, other: &Person) -> String {
    let made = start(app, one, None, &[other]).expect(201);
    format!("/v1/conversations/{}", made["id"].as_str().unwrap())
}

/// Has one user follow another, who then is no stranger to them.
fn follow(app: &TestApp, by: &Person, whom: &Person) {
    let path = format!("/v1/follows/{}", whom.id);
    by.call(app, "PUT", &path).send().expect(201);
}

/// Sends a text; gives the message's id.
fn say(app: &TestApp, by: &Person, path: &str, text: &str) -> String {
    let sent = by
        .post(app, &format!("{path}/messages"), &json!({"content": text}))
        .expect(201);
    sent["id"].as_str().unwrap().to_owned()
}

/// A PATCH as somebody.
fn patch(app: &TestApp, by: &Person, path: &str, body: &Value) -> Reply {
    by.call(app, "PATCH", path).json(body).send()
}

/// Gives somebody a role.
fn give(app: &TestApp, by: &Person, path: &str, to: &Person, role: &str) -> Reply {
    patch(
        app,
        by,
        &format!("{path}/members/{}", to.id),
        &json!({"role": role}),
    )
}

/// Adds people.
fn add(app: &TestApp, by: &Person, path: &str, whom: &[&Person]) -> Reply {
    let ids: Vec<&str> = whom.iter().map(|person| person.id.as_str()).collect();
    by.post(app, &format!("{path}/members"), &json!({"userIds": ids}))
}

/// Somebody who signs in again, as tokens last for minutes.
fn again(app: &TestApp, who: &Person) -> Person {
    let body = json!({"email": who.email, "password": who.password});
    let session = app.post("/v1/sessions").json(&body).send().expect(201);
    Person {
        token: session["accessToken"].as_str().unwrap().to_owned(),
        ..who.clone()
    }
}

/// The id at the end of a path.
fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}
