//! Accounts: signing up and in, sessions, profiles, blocks.

mod access;
mod anonymous;
mod blocks;
mod guessing;
mod others;
mod password;
mod profile;
mod sessions;
mod sign_in;
mod sign_up;
mod tokens;

use std::sync::atomic::{AtomicU64, Ordering};

use whisper_testkit::{Person, Reply, TestApp, json};

/// A new e-mail address.
fn fresh_email() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let nanos = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_nanos();
    format!(
        "fresh{nanos:x}.{}@example.com",
        COUNT.fetch_add(1, Ordering::Relaxed)
    )
}

/// Tries to sign in.
fn sign_in(app: &TestApp, email: &str, password: &str) -> Reply {
    app.post("/v1/sessions")
        .json(&json!({"email": email, "password": password}))
        .send()
}

/// The same person, signed in once more.
fn another_device(app: &TestApp, person: &Person) -> Person {
    let body = sign_in(app, &person.email, &person.password).expect(201);
    let text = |value: &whisper_testkit::Value| value.as_str().unwrap().to_owned();
    Person {
        token: text(&body["accessToken"]),
        refresh_token: text(&body["refreshToken"]),
        session_id: text(&body["session"]["id"]),
        ..person.clone()
    }
}

/// Makes two people friends: each follows the other.
fn befriend(app: &TestApp, one: &Person, other: &Person) {
    for (from, to) in [(one, other), (other, one)] {
        let reply = from.put(app, &format!("/v1/follows/{}", to.id), &json!({}));
        assert!(matches!(reply.status, 200 | 201), "{}", reply.text);
    }
}

/// Changes one's own profile, in any state.
fn change_profile(app: &TestApp, person: &Person, changes: &whisper_testkit::Value) -> Reply {
    person
        .call(app, "PATCH", "/v1/me")
        .header("if-match", "*")
        .json(changes)
        .send()
}
