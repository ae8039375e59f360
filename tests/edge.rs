//! The common ground of all routes: refusals, headers, limits, cross-origin rules.

use whisper_testkit::{TestApp, json};

#[test]
fn every_answer_has_a_request_id_of_its_own() {
    let app = TestApp::start();
    let one = app.get("/health").send();
    let two = app
        .get("/v1/nothing-here")
        .header("x-request-id", "mine")
        .send();
    let (one, two) = (
        one.header("x-request-id").unwrap(),
        two.header("x-request-id").unwrap(),
    );
    assert_eq!(one.len(), 36, "{one}");
    assert_ne!(one, two);
    assert_ne!(two, "mine", "a client can't choose it");
}

#[test]
fn every_answer_says_how_long_it_is() {
    let app = TestApp::start();
    for path in ["/health", "/v1/me", "/v1/nothing-here", "/v1/openapi.json"] {
        let reply = app.get(path).send();
        let length: usize = reply.header("content-length").expect(path).parse().unwrap();
        assert_eq!(length, reply.text.len(), "{path}");
    }
}

#[test]
fn a_known_path_with_another_method_is_405_with_allow() {
    let app = TestApp::start();
    let reply = app.call("DELETE", "/v1/accounts").send();
    assert_eq!(reply.header("allow"), Some("OPTIONS, POST"));
    reply.expect_problem(405, "method_not_allowed");
}

#[test]
fn an_unknown_path_under_a_component_is_a_404() {
    let app = TestApp::start();
    for path in [
        "/v1/accounts/x/y",
        "/v1/sessions/a/b/c",
        "/v1/me/nothing",
        "/v1/stories/a/b/c",
    ] {
        app.get(path).send().expect_problem(404, "route_not_found");
    }
}

#[test]
fn broken_json_is_refused_with_its_place() {
    let app = TestApp::start();
    let problem = app
        .post("/v1/accounts")
        .raw("application/json", b"{\"email\": \n oops")
        .send()
        .expect_problem(400, "invalid_json");
    assert!(
        problem["detail"].as_str().unwrap().contains("line 2"),
        "{problem}"
    );
}

#[test]
fn a_body_that_is_not_json_is_refused_by_its_type() {
    let app = TestApp::start();
    app.post("/v1/accounts")
        .raw("text/plain", b"{}")
        .send()
        .expect_problem(415, "unsupported_media_type");
}

#[test]
fn an_empty_body_and_invalid_utf8_are_refused() {
    let app = TestApp::start();
    app.post("/v1/accounts")
        .raw("application/json", b"")
        .send()
        .expect_problem(400, "invalid_json");
    app.post("/v1/accounts")
        .raw("application/json", b"{\"email\": \"\xff\xfe\"}")
        .send()
        .expect_problem(400, "invalid_json");
}

#[test]
fn a_body_over_the_limit_is_refused() {
    let app = TestApp::start();
    let body = json!({"email": "a@example.com", "password": "x".repeat(2 << 20)});
    app.post("/v1/accounts")
        .json(&body)
        .send()
        .expect_problem(413, "payload_too_large");
}

#[test]
fn json_nested_too_deep_is_refused() {
    let app = TestApp::start();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    app.post("/v1/accounts")
        .raw("application/json", deep.as_bytes())
        .send()
        .expect_fields(&["body"]);
    app.post("/v1/accounts")
        .raw(
            "application/json",
            format!("{{\"email\": {deep}}}").as_bytes(),
        )
        .send()
        .expect_fields(&["email"]);
    assert_eq!(app.get("/health").send().status, 200);
}

#[test]
fn browsers_are_let_in_from_the_configured_origins_only() {
    let Some(app) = TestApp::own()
        .variable("cors_origins", "https://app.example, https://other.example")
        .start()
    else {
        return;
    };
    let preflight = |origin: &str| {
        app.call("OPTIONS", "/v1/me")
            .header("origin", origin)
            .header("access-control-request-method", "PATCH")
            .header("access-control-request-headers", "authorization, if-match")
            .send()
    };
    let allowed = preflight("https://app.example");
    assert_eq!(allowed.status, 204);
    assert_eq!(
        allowed.header("access-control-allow-origin"),
        Some("https://app.example")
    );
    assert!(
        allowed
            .header("access-control-allow-methods")
            .unwrap()
            .contains("PATCH")
    );
    let headers = allowed
        .header("access-control-allow-headers")
        .unwrap()
        .to_lowercase();
    assert!(
        headers.contains("authorization") && headers.contains("if-match"),
        "{headers}"
    );
    let refused = preflight("https://evil.example");
    assert_eq!(refused.header("access-control-allow-origin"), None);
    let plain = app
        .get("/health")
        .header("origin", "https://other.example")
        .send();
    assert_eq!(
        plain.header("access-control-allow-origin"),
        Some("https://other.example")
    );
    assert!(
        plain
            .header("vary")
            .unwrap()
            .to_lowercase()
            .contains("origin")
    );
}

#[test]
fn without_configuration_no_origin_is_let_in() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let reply = app
        .get("/health")
        .header("origin", "https://app.example")
        .send();
    assert_eq!(reply.header("access-control-allow-origin"), None);
}

#[test]
fn head_answers_like_get_without_a_body() {
    let app = TestApp::start();
    let reply = app.call("HEAD", "/health").send();
    assert_eq!((reply.status, reply.text.as_str()), (200, ""));
}

#[test]
fn internal_routes_are_the_operators_alone() {
    let app = TestApp::start();
    let person = app.person("nosy");
    let path = "/internal/jobs/story-expiry";
    app.post(path).send().expect_problem(401, "unauthenticated");
    person
        .post(&app, path, &json!({}))
        .expect_problem(401, "unauthenticated");
    app.post(path)
        .bearer("wrong")
        .send()
        .expect_problem(401, "unauthenticated");
    if app.has_operator_key() {
        assert_eq!(app.run_job("story-expiry").status, 200);
        // The operator's key is no access token of an account.
        let reply = app.get("/v1/me").bearer(app.operator_key()).send();
        assert_eq!(reply.status, 401);
    }
}
