//! Refusals that every route has: no token, an ended one, broken bodies.

use super::sign_in;
use whisper_testkit::{Route, TestApp, json};

/// Every route for users, with a body that is fine.
fn routes(other: &str) -> Vec<Route> {
    vec![
        ("GET", "/v1/sessions".into(), json!(null)),
        ("DELETE", "/v1/sessions".into(), json!(null)),
        ("DELETE", "/v1/sessions/current".into(), json!(null)),
        ("GET", "/v1/me".into(), json!(null)),
        ("PATCH", "/v1/me".into(), json!({"bio": "Here"})),
        ("GET", "/v1/me/account".into(), json!(null)),
        (
            "POST",
            "/v1/me/email".into(),
            json!({"email": "a@example.com", "password": "correct horse"}),
        ),
        (
            "PUT",
            "/v1/me/password".into(),
            json!({"currentPassword": "correct horse", "newPassword": "wrong horse"}),
        ),
        ("GET", format!("/v1/users/{other}"), json!(null)),
        ("GET", "/v1/blocks".into(), json!(null)),
        ("PUT", format!("/v1/blocks/{other}"), json!(null)),
        ("DELETE", format!("/v1/blocks/{other}"), json!(null)),
    ]
}

#[test]
fn without_a_token_nothing_is_answered_and_nothing_happens() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.refuses_without_token(&routes(&bob.id), &ann);
    assert!(ann.get(&app, "/v1/me").expect(200)["bio"].is_null());
    sign_in(&app, &ann.email, &ann.password).expect(201);
}

#[test]
fn an_ended_session_and_an_expired_token_open_nothing() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.refuses_old_tokens(&routes(&bob.id), &bob, &ann);
}

#[test]
fn no_route_takes_a_bad_body() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let open = [
        "/v1/accounts",
        "/v1/accounts/anonymous",
        "/v1/sessions",
        "/v1/sessions/refresh",
    ];
    let open = open.map(|path| ("POST", path.to_owned(), json!({})));
    let mut all = routes(&ann.id);
    all.extend(open);
    app.refuses_bad_bodies(&all, &ann);
    assert!(ann.get(&app, "/v1/me").expect(200)["bio"].is_null());
}
