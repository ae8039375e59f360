//! People in the tests of accounts.

use serde_json::{Value, json};
use whisper_kit::testing::{Answer, TestEdge};
use whisper_kit::{Method, Request};
use whisper_schema::prelude::{Follow, Profile};
use whisper_store::{Batch, Patch};

/// The operator's key of these tests.
pub const KEY: &str = "the operator's key";
/// A day in milliseconds.
pub const DAY: i64 = 24 * 60 * 60 * 1000;

/// Somebody signed up.
pub struct Person {
    /// The user's id.
    pub id: String,
    /// The user name.
    pub username: String,
    /// An access token.
    pub token: String,
    /// The refresh token.
    pub refresh_token: String,
}

/// The function with an operator.
pub fn edge() -> TestEdge {
    TestEdge::new(&accounts::api(), &[("operator_key", KEY)])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Signs somebody up without a password: hashing one takes its time.
pub async fn person(edge: &TestEdge, username: &str) -> Person {
    let body = edge
        .send(Method::POST, "/v1/accounts/anonymous", "", &Value::Null)
        .await
        .expect(201);
    let mut person = signed_in(&body);
    let named = json!({"username": username, "displayName": format!("Name of {username}")});
    person.patch(edge, &named).await.expect(200);
    person.username = username.to_owned();
    person
}

/// The person who signed up or in with this answer.
pub fn signed_in(body: &Value) -> Person {
    Person {
        id: text(&body["account"]["id"]),
        username: text(&body["profile"]["username"]),
        token: text(&body["accessToken"]),
        refresh_token: text(&body["refreshToken"]),
    }
}

impl Person {
    /// Calls as this person.
    pub async fn call(&self, edge: &TestEdge, method: Method, path: &str, body: &Value) -> Answer {
        edge.send(method, path, &self.token, body).await
    }

    /// Gets as this person.
    pub async fn get(&self, edge: &TestEdge, path: &str) -> Answer {
        self.call(edge, Method::GET, path, &Value::Null).await
    }

    /// Changes the own profile.
    pub async fn patch(&self, edge: &TestEdge, changes: &Value) -> Answer {
        self.call(edge, Method::PATCH, "/v1/me", changes).await
    }

    /// Changes the own profile, provided that it has this ETag.
    pub async fn patch_if(&self, edge: &TestEdge, etag: &str, changes: &Value) -> Answer {
        let mut request = Request::new(Method::PATCH, "/v1/me");
        for (name, value) in [
            ("authorization", format!("Bearer {}", self.token).as_str()),
            ("content-type", "application/json"),
            ("if-match", etag),
        ] {
            let value = value.parse().unwrap();
            request.headers.insert(
                http::HeaderName::from_bytes(name.as_bytes()).unwrap(),
                value,
            );
        }
        request.body = changes.to_string().into();
        edge.request(request).await
    }

    /// Keeps somebody away.
    pub async fn block(&self, edge: &TestEdge, other: &Person) {
        let path = format!("/v1/blocks/{}", other.id);
        self.call(edge, Method::PUT, &path, &Value::Null)
            .await
            .expect(204);
    }
}

/// Calls as the operator.
pub async fn operator(edge: &TestEdge, method: Method, path: &str) -> Answer {
    edge.send(method, path, KEY, &Value::Null).await
}

/// Has each of two follow the other.
pub async fn befriend(edge: &TestEdge, one: &Person, other: &Person) {
    let follow = |from: &Person, to: &Person| Follow {
        id: format!("{}-{}", &from.id[30..], &to.id[30..]),
        follower_id: from.id.clone(),
        following_id: to.id.clone(),
        ..Follow::default()
    };
    let batch = Batch::new()
        .insert(&follow(one, other))
        .insert(&follow(other, one));
    edge.store().commit(batch).await.unwrap();
}

/// Changes points, as their consumer does.
pub async fn award(edge: &TestEdge, person: &Person, xp: i64) {
    let patch = Patch::new().set(Profile::XP, xp);
    let batch = Batch::new().update(&person.id, patch);
    edge.store().commit(batch).await.unwrap();
}
