//! Refusals that every route has: no token, an ended one, strangers, broken bodies.

use super::{direct, group};
use whisper_testkit::{TestApp, json};

/// Every route on a conversation, with a body that is fine.
fn routes(path: &str, user: &str) -> Vec<(&'static str, String, whisper_testkit::Value)> {
    vec![
        ("GET", path.to_owned(), json!(null)),
        ("PATCH", path.to_owned(), json!({"name": "x"})),
        ("GET", format!("{path}/members"), json!(null)),
        (
            "POST",
            format!("{path}/members"),
            json!({"userIds": [user]}),
        ),
        (
            "PATCH",
            format!("{path}/members/{user}"),
            json!({"role": "member"}),
        ),
        ("DELETE", format!("{path}/members/{user}"), json!(null)),
        ("POST", format!("{path}/leave"), json!(null)),
        ("POST", format!("{path}/read"), json!({})),
        ("PATCH", format!("{path}/me"), json!({"isMuted": true})),
    ]
}

fn call(
    app: &TestApp,
    token: Option<&str>,
    route: &(&str, String, whisper_testkit::Value),
) -> whisper_testkit::Reply {
    let (method, path, body) = route;
    let mut call = app.call(method, path).header("if-match", "*");
    if let Some(token) = token {
        call = call.bearer(token);
    }
    if !body.is_null() {
        call = call.json(body);
    }
    call.send()
}

#[test]
fn without_a_token_nothing_is_answered() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[&bob]);
    for route in routes(&path, &bob.id) {
        call(&app, None, &route).expect_problem(401, "unauthenticated");
        call(&app, Some("made.up.token"), &route).expect_problem(401, "token_invalid");
    }
    app.get("/v1/conversations")
        .send()
        .expect_problem(401, "unauthenticated");
    app.post("/v1/conversations")
        .json(&json!({}))
        .send()
        .expect_problem(401, "unauthenticated");
    assert_eq!(
        ann.get(&app, &path).expect(200)["participantCount"],
        2,
        "nothing happened"
    );
}

#[test]
fn an_ended_session_and_an_expired_token_open_nothing() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[&bob]);
    bob.delete(&app, &format!("/v1/sessions/{}", bob.session_id))
        .expect(204);
    for route in routes(&path, &ann.id) {
        call(&app, Some(&bob.token), &route).expect_problem(401, "session_revoked");
    }
    bob.get(&app, "/v1/conversations")
        .expect_problem(401, "session_revoked");
    app.advance("16m");
    for route in routes(&path, &bob.id) {
        call(&app, Some(&ann.token), &route).expect_problem(401, "token_expired");
    }
}

#[test]
fn strangers_cannot_tell_a_conversation_from_none() {
    let app = TestApp::start();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    for path in [group(&app, &ann, &[&bob]), direct(&app, &ann, &bob)] {
        let nothing = "/v1/conversations/00000000-0000-7000-8000-000000000000";
        for (here, there) in routes(&path, &bob.id).iter().zip(routes(nothing, &bob.id)) {
            let mut here = call(&app, Some(&eve.token), here).expect_problem(404, "not_found");
            let mut there = call(&app, Some(&eve.token), &there).expect_problem(404, "not_found");
            for problem in [&mut here, &mut there] {
                problem["instance"] = json!("");
            }
            assert_eq!(here, there);
        }
    }
}

#[test]
fn ids_of_any_form_are_looked_for_and_not_found() {
    let app = TestApp::start();
    let ann = app.person("ann");
    for id in [
        "x",
        "%20",
        "..%2f..",
        "%00",
        "'%20OR%201=1",
        &"a".repeat(300),
    ] {
        ann.get(&app, &format!("/v1/conversations/{id}"))
            .expect_problem(404, "not_found");
    }
}

#[test]
fn bodies_that_are_none_are_refused() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let path = group(&app, &ann, &[]);
    for (method, path) in [
        ("POST", "/v1/conversations".to_owned()),
        ("PATCH", path.clone()),
        ("POST", format!("{path}/members")),
        ("PATCH", format!("{path}/me")),
    ] {
        let send = |media: &str, body: &[u8]| {
            ann.call(&app, method, &path)
                .header("if-match", "*")
                .raw(media, body)
                .send()
        };
        send("application/json", b"{").expect_problem(400, "invalid_json");
        send("text/plain", b"{}").expect_problem(415, "unsupported_media_type");
        send("application/json", b"[1]").expect_problem(422, "validation_failed");
        let long = format!("{{\"name\": \"{}\"}}", "x".repeat(1 << 20));
        send("application/json", long.as_bytes()).expect_problem(413, "payload_too_large");
    }
}
