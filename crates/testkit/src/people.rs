//! People who use the bundle.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::http::Call;
use crate::{Reply, TestApp};

/// Somebody signed up and in.
#[derive(Clone, Debug)]
pub struct Person {
    /// The user's id.
    pub id: String,
    /// The e-mail address signed up with.
    pub email: String,
    /// The user name.
    pub username: String,
    /// The password signed up with.
    pub password: String,
    /// The current access token.
    pub token: String,
    /// The current refresh token.
    pub refresh_token: String,
    /// The session's id.
    pub session_id: String,
}

impl TestApp {
    /// Signs somebody up; `name` is only the start of the user name, so that a test can have many.
    pub fn person(&self, name: &str) -> Person {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let username = format!("{name}_{}_{n}", self.tag());
        let email = format!("{username}@example.com");
        let password = format!("correct horse {username}");
        let body = self
            .post("/v1/accounts")
            .json(&json!({"email": email, "password": password, "username": username}))
            .send()
            .expect(201);
        Person::from_tokens(&body, &username, &email, &password)
    }
}

impl Person {
    fn from_tokens(body: &Value, username: &str, email: &str, password: &str) -> Self {
        let text = |v: &Value| v.as_str().unwrap_or_else(|| panic!("{body}")).to_owned();
        Self {
            id: text(&body["account"]["id"]),
            email: email.to_owned(),
            username: username.to_owned(),
            password: password.to_owned(),
            token: text(&body["accessToken"]),
            refresh_token: text(&body["refreshToken"]),
            session_id: text(&body["session"]["id"]),
        }
    }

    /// A GET as this person.
    pub fn get(&self, app: &TestApp, path: &str) -> Reply {
        self.call(app, "GET", path).send()
    }

    /// A POST of JSON as this person.
    pub fn post(&self, app: &TestApp, path: &str, body: &Value) -> Reply {
        self.call(app, "POST", path).json(body).send()
    }

    /// A PUT of JSON as this person.
    pub fn put(&self, app: &TestApp, path: &str, body: &Value) -> Reply {
        self.call(app, "PUT", path).json(body).send()
    }

    /// A DELETE as this person.
    pub fn delete(&self, app: &TestApp, path: &str) -> Reply {
        self.call(app, "DELETE", path).send()
    }

    /// Accepts a conversation that somebody who is a stranger to this person brought them into.
    pub fn accept(&self, app: &TestApp, conversation: &str) {
        let path = format!("/v1/conversations/{conversation}/accept");
        self.call(app, "POST", &path).send().expect(200);
    }

    /// The same person on another device.
    pub fn sign_in(&self, app: &TestApp) -> Self {
        let body = json!({"email": self.email, "password": self.password});
        let body = app.post("/v1/sessions").json(&body).send();
        let body = body.expect(201);
        Self::from_tokens(&body, &self.username, &self.email, &self.password)
    }

    /// The same person on the same device, with new tokens.
    pub fn refreshed(&self, app: &TestApp) -> Self {
        let body = json!({"refreshToken": self.refresh_token});
        let body = app.post("/v1/sessions/refresh").json(&body).send();
        let body = body.expect(200);
        let text = |key: &str| body[key].as_str().expect("a token").to_owned();
        Self {
            token: text("accessToken"),
            refresh_token: text("refreshToken"),
            ..self.clone()
        }
    }

    /// Any call as this person.
    pub fn call(&self, app: &TestApp, method: &str, path: &str) -> Call {
        app.call(method, path).bearer(&self.token)
    }
}
