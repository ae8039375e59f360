//! Refusals that every route has: no token, an ended one, strangers, broken bodies.

use super::{direct, group};
use whisper_testkit::{NO_IDS, Route, TestApp, json};

/// Every route on a conversation, with a body that is fine.
fn routes(path: &str, user: &str) -> Vec<Route> {
    vec![
        ("GET", "/v1/conversations".into(), json!(null)),
        (
            "POST",
            "/v1/conversations".into(),
            json!({"type": "group", "name": "Room", "participantIds": [user]}),
        ),
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
        ("GET", format!("{path}/bans"), json!(null)),
        ("PUT", format!("{path}/bans/{user}"), json!({})),
        ("DELETE", format!("{path}/bans/{user}"), json!(null)),
        ("POST", format!("{path}/leave"), json!(null)),
        ("POST", format!("{path}/read"), json!({})),
        ("PATCH", format!("{path}/me"), json!({"isMuted": true})),
        ("POST", format!("{path}/accept"), json!(null)),
        ("POST", format!("{path}/decline"), json!(null)),
        ("POST", format!("{path}/join"), json!(null)),
        ("PUT", format!("{path}/listing"), json!({"tags": ["chess"]})),
        ("DELETE", format!("{path}/listing"), json!(null)),
        ("GET", format!("{path}/invitations"), json!(null)),
        ("POST", format!("{path}/invitations"), json!({"maxUses": 1})),
        (
            "PATCH",
            format!("{path}/invitations/nothing"),
            json!({"maxUses": 1}),
        ),
        ("DELETE", format!("{path}/invitations/nothing"), json!(null)),
        (
            "GET",
            format!("{path}/invitations/nothing/members"),
            json!(null),
        ),
        ("GET", format!("{path}/join-requests"), json!(null)),
        (
            "POST",
            format!("{path}/join-requests/{user}/approve"),
            json!(null),
        ),
        (
            "POST",
            format!("{path}/join-requests/{user}/decline"),
            json!(null),
        ),
    ]
}

#[test]
fn without_a_token_nothing_is_answered() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[&bob]);
    app.refuses_without_token(&routes(&path, &bob.id), &ann);
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
    app.refuses_old_tokens(&routes(&path, &ann.id), &bob, &ann);
}

#[test]
fn strangers_cannot_tell_a_conversation_from_none() {
    let app = TestApp::start();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    for path in [group(&app, &ann, &[&bob]), direct(&app, &ann, &bob)] {
        let nothing = "/v1/conversations/00000000-0000-7000-8000-000000000000";
        let pairs = routes(&path, &bob.id)
            .into_iter()
            .zip(routes(nothing, &bob.id));
        // The first two are about no conversation.
        for (here, there) in pairs.skip(2) {
            let knock = |route| app.knock(Some(&eve.token), route);
            let mut here = knock(&here).expect_problem(404, "not_found");
            let mut there = knock(&there).expect_problem(404, "not_found");
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
    for id in NO_IDS {
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
