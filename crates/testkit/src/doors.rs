//! Refusals of every route: no token, a made-up one, one of an ended session, an expired one; and texts that can't be
//! ids.

use serde_json::Value;

use crate::{Person, Reply, TestApp};

/// A route: its method, its path, and a body that is fine (null for none).
pub type Route = (&'static str, String, Value);

/// Texts that are no ids, some of them meant to harm.
pub const NO_IDS: [&str; 6] = [
    "x",
    "%20",
    "..%2f..",
    "%00",
    "'%20OR%201=1",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

impl TestApp {
    /// Calls a route with a token, with any version of the document in `If-Match`.
    pub fn knock(&self, token: Option<&str>, route: &Route) -> Reply {
        let (method, path, body) = route;
        let mut call = self.call(method, path).header("if-match", "*");
        if let Some(token) = token {
            call = call.bearer(token);
        }
        if !body.is_null() {
            call = call.json(body);
        }
        call.send()
    }

    /// Asserts that no route answers without an access token.
    #[track_caller]
    pub fn refuses_without_token(&self, routes: &[Route], somebody: &Person) {
        for route in routes {
            self.knock(None, route)
                .expect_problem(401, "unauthenticated");
            for token in ["made.up.token", &somebody.refresh_token] {
                self.knock(Some(token), route)
                    .expect_problem(401, "token_invalid");
            }
        }
    }

    /// Asserts that no route answers to somebody whose session ended, nor to one whose token expired.
    /// Ends the former's session and moves the clock.
    #[track_caller]
    pub fn refuses_old_tokens(&self, routes: &[Route], leaver: &Person, sleeper: &Person) {
        leaver
            .delete(self, &format!("/v1/sessions/{}", leaver.session_id))
            .expect(204);
        for route in routes {
            self.knock(Some(&leaver.token), route)
                .expect_problem(401, "session_revoked");
        }
        self.advance("16m");
        for route in routes {
            self.knock(Some(&sleeper.token), route)
                .expect_problem(401, "token_expired");
        }
    }

    /// Asserts that every route with a body refuses one that is broken, of another type, or too large. The
    /// routes have the usual limit of 256 KiB.
    #[track_caller]
    pub fn refuses_bad_bodies(&self, routes: &[Route], somebody: &Person) {
        let large = format!("{{\"x\": \"{}\"}}", "x".repeat(256 * 1024));
        for (method, path, _) in routes.iter().filter(|(_, _, body)| !body.is_null()) {
            let send = |content_type: &str, body: &[u8]| {
                let call = somebody.call(self, method, path).header("if-match", "*");
                call.raw(content_type, body).send()
            };
            for broken in ["{", "{\"x\": 1", "{} {}", "{\"x\": oops}", "\u{0}"] {
                send("application/json", broken.as_bytes()).expect_problem(400, "invalid_json");
            }
            send("application/json", b"{\"x\": \"\xff\"}").expect_problem(400, "invalid_json");
            send("application/json", b"[]").expect_fields(&["body"]);
            for other in ["text/plain", "application/x-www-form-urlencoded"] {
                send(other, b"{}").expect_problem(415, "unsupported_media_type");
            }
            send("application/json", large.as_bytes()).expect_problem(413, "payload_too_large");
        }
    }

    /// Asserts that no route answers anybody without the operator's key.
    #[track_caller]
    pub fn refuses_all_but_operator(&self, routes: &[Route], somebody: &Person) {
        for route in routes {
            for token in [None, Some(somebody.token.as_str()), Some("operator")] {
                self.knock(token, route)
                    .expect_problem(401, "unauthenticated");
            }
        }
    }
}

/// The ids of a list's items.
#[track_caller]
pub fn ids(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().expect("a list");
    items
        .iter()
        .map(|item| item["id"].as_str().expect("an id"))
        .collect()
}
