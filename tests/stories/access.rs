//! Refusals that every route has: no token, an ended one, ids that are none.

use super::{NO_STORY, body, story};
use whisper_testkit::{Reply, TestApp, Value, json};

/// Every route, with a body that is fine.
fn routes(path: &str) -> Vec<(&'static str, String, Value)> {
    vec![
        ("POST", "/v1/stories".into(), body(&json!({}))),
        ("GET", "/v1/stories".into(), json!(null)),
        ("GET", "/v1/stories/feed".into(), json!(null)),
        ("GET", path.into(), json!(null)),
        ("POST", format!("{path}/views"), json!({})),
        ("GET", format!("{path}/views"), json!(null)),
        (
            "PUT",
            format!("{path}/reactions"),
            json!({"reaction": "like"}),
        ),
        ("GET", format!("{path}/reactions"), json!(null)),
        ("DELETE", format!("{path}/reactions"), json!(null)),
        ("DELETE", path.into(), json!(null)),
    ]
}

fn call(app: &TestApp, token: Option<&str>, route: &(&str, String, Value)) -> Reply {
    let (method, path, body) = route;
    let call = app.call(method, path);
    let call = match token {
        Some(token) => call.bearer(token),
        None => call,
    };
    if body.is_null() {
        call.send()
    } else {
        call.json(body).send()
    }
}

#[test]
fn without_a_token_nothing_is_answered_and_nothing_happens() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let path = story(&app, &ann, &json!({}));
    for route in routes(&path) {
        call(&app, None, &route).expect_problem(401, "unauthenticated");
        call(&app, Some("made.up.token"), &route).expect_problem(401, "token_invalid");
        call(&app, Some(&ann.refresh_token), &route).expect_problem(401, "token_invalid");
    }
    let shown = ann.get(&app, &path).expect(200);
    assert_eq!(
        (&shown["viewCount"], &shown["reactionCount"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(super::feed(&app, &ann).len(), 1);
}

#[test]
fn an_ended_session_and_an_expired_token_open_nothing() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = story(&app, &ann, &json!({}));
    bob.delete(&app, &format!("/v1/sessions/{}", bob.session_id))
        .expect(204);
    for route in routes(&path) {
        call(&app, Some(&bob.token), &route).expect_problem(401, "session_revoked");
    }
    app.advance("16m");
    for route in routes(&path) {
        call(&app, Some(&ann.token), &route).expect_problem(401, "token_expired");
    }
}

#[test]
fn ids_of_any_form_are_looked_for_and_not_found() {
    let app = TestApp::start();
    let ann = app.person("ann");
    for route in routes(NO_STORY).split_off(3) {
        call(&app, Some(&ann.token), &route).expect_problem(404, "not_found");
    }
    for id in [
        "x",
        "%20",
        "..%2f..",
        "%00",
        "'%20OR%201=1",
        &"a".repeat(300),
    ] {
        ann.get(&app, &format!("/v1/stories/{id}"))
            .expect_problem(404, "not_found");
        ann.get(&app, &format!("/v1/stories?userId={id}"))
            .expect_problem(404, "not_found");
    }
}
