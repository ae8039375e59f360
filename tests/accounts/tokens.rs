//! Access tokens, refresh tokens and the keys that sign them.

use whisper_testkit::{Reply, TestApp, json};

fn refresh(app: &TestApp, token: &str) -> Reply {
    app.post("/v1/sessions/refresh")
        .json(&json!({"refreshToken": token}))
        .send()
}

#[test]
fn a_refresh_token_gets_a_new_pair() {
    let app = TestApp::start();
    let alice = app.person("alice");
    let body = refresh(&app, &alice.refresh_token).expect(200);
    assert_ne!(body["refreshToken"], alice.refresh_token.as_str());
    assert_ne!(body["accessToken"], alice.token.as_str());
    assert_eq!(body["session"]["id"], alice.session_id.as_str());
    app.get("/v1/me")
        .bearer(body["accessToken"].as_str().unwrap())
        .send()
        .expect(200);
    refresh(&app, body["refreshToken"].as_str().unwrap()).expect(200);
}

#[test]
fn a_lost_answer_can_be_asked_for_again_for_a_minute() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let alice = app.person("alice");
    let second = refresh(&app, &alice.refresh_token).expect(200);
    app.advance("50s");
    let again = refresh(&app, &alice.refresh_token).expect(200);
    assert_eq!(again["refreshToken"], second["refreshToken"]);
    app.advance("11s");
    refresh(&app, &alice.refresh_token).expect_problem(401, "refresh_token_reused");
    let access = second["accessToken"].as_str().unwrap();
    app.get("/v1/me")
        .bearer(access)
        .send()
        .expect_problem(401, "session_revoked");
    let status = refresh(&app, second["refreshToken"].as_str().unwrap()).status;
    assert_eq!(status, 401);
}

#[test]
fn even_the_oldest_refresh_token_of_a_session_revokes_it() {
    let app = TestApp::start();
    let alice = app.person("alice");
    let mut token = alice.refresh_token.clone();
    for _ in 0..3 {
        token = refresh(&app, &token).expect(200)["refreshToken"]
            .as_str()
            .unwrap()
            .to_owned();
    }
    refresh(&app, &alice.refresh_token).expect_problem(401, "refresh_token_reused");
    assert_eq!(refresh(&app, &token).status, 401);
}

#[test]
fn two_tabs_that_refresh_at_once_get_the_same_successor() {
    let app = TestApp::start();
    let alice = app.person("alice");
    let replies: Vec<Reply> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..2)
            .map(|_| scope.spawn(|| refresh(&app, &alice.refresh_token)))
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let tokens: Vec<_> = replies
        .into_iter()
        .map(|reply| reply.expect(200)["refreshToken"].clone())
        .collect();
    assert_eq!(tokens[0], tokens[1]);
    refresh(&app, tokens[0].as_str().unwrap()).expect(200);
}

#[test]
fn made_up_refresh_tokens_are_refused_and_end_nothing() {
    let app = TestApp::start();
    let alice = app.person("alice");
    let (id, secret) = alice.refresh_token.split_once('.').unwrap();
    assert!(id.starts_with("wrt_"), "{id}");
    let changed = if secret.starts_with('A') { "B" } else { "A" };
    for token in [
        String::new(),
        "x".into(),
        "..".into(),
        format!("{id}."),
        format!("{id}.{changed}{}", &secret[1..]),
        format!("{id}.{}", "A".repeat(64)),
        format!("00000000-0000-7000-8000-000000000000.{secret}"),
        format!("{id}.{}", "A".repeat(900)),
        alice.token.clone(),
    ] {
        refresh(&app, &token).expect_problem(401, "token_invalid");
    }
    refresh(&app, &format!("{id}.{}", "A".repeat(10_000))).expect_fields(&["refreshToken"]);
    alice.get(&app, "/v1/me").expect(200);
    refresh(&app, &alice.refresh_token).expect(200);
}

#[test]
fn a_refresh_wants_a_token() {
    let app = TestApp::start();
    app.post("/v1/sessions/refresh")
        .json(&json!({}))
        .send()
        .expect_fields(&["refreshToken"]);
    app.post("/v1/sessions/refresh")
        .json(&json!({"refreshToken": 1}))
        .send()
        .expect_fields(&["refreshToken"]);
}

#[test]
fn an_access_token_expires_after_a_quarter_of_an_hour() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let alice = app.person("alice");
    app.advance("14m");
    alice.get(&app, "/v1/me").expect(200);
    app.advance("61s");
    alice
        .get(&app, "/v1/me")
        .expect_problem(401, "token_expired");
    let fresh = refresh(&app, &alice.refresh_token).expect(200);
    app.get("/v1/me")
        .bearer(fresh["accessToken"].as_str().unwrap())
        .send()
        .expect(200);
}

#[test]
fn a_session_that_is_never_refreshed_ends() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let alice = app.person("alice");
    app.advance("1441h");
    refresh(&app, &alice.refresh_token).expect_problem(401, "session_revoked");
}

#[test]
fn whatever_is_no_token_of_ours_is_refused() {
    let app = TestApp::start();
    let alice = app.person("alice");
    let parts: Vec<&str> = alice.token.split('.').collect();
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0Iiwia2lkIjoiYWNjZXNzX3Rva2VuLTEifQ";
    for token in [
        "x".to_owned(),
        "..".to_owned(),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{}.{}.{}", parts[0], parts[1].to_lowercase(), parts[2]),
        format!("{}.{}", alice.token, parts[2]),
        alice.refresh_token.clone(),
    ] {
        app.get("/v1/me")
            .bearer(&token)
            .send()
            .expect_problem(401, "token_invalid");
    }
    app.get("/v1/me")
        .header("authorization", &alice.token)
        .send()
        .expect_problem(401, "unauthenticated");
    app.get("/v1/me")
        .header("authorization", "Basic YTpi")
        .send()
        .expect_problem(401, "unauthenticated");
}

#[test]
fn every_route_for_users_wants_a_token() {
    let app = TestApp::start();
    for (method, path) in [
        ("GET", "/v1/sessions"),
        ("DELETE", "/v1/sessions"),
        ("DELETE", "/v1/sessions/current"),
        ("GET", "/v1/me"),
        ("PATCH", "/v1/me"),
        ("GET", "/v1/me/account"),
        ("POST", "/v1/me/email"),
        ("PUT", "/v1/me/password"),
        ("GET", "/v1/users?ids=x"),
        ("GET", "/v1/users/alice"),
        ("GET", "/v1/users/..%2f.."),
        ("GET", "/v1/blocks"),
        ("PUT", "/v1/blocks/x"),
        ("DELETE", "/v1/blocks/!"),
    ] {
        let reply = app.call(method, path).send();
        assert_eq!(
            reply.header("www-authenticate"),
            Some("Bearer"),
            "{method} {path}"
        );
        reply.expect_problem(401, "unauthenticated");
    }
}

#[test]
fn the_public_keys_are_public_and_nothing_else() {
    let app = TestApp::start();
    let alice = app.person("alice");
    let reply = app.get("/.well-known/jwks.json").send();
    assert_eq!(reply.header("cache-control"), Some("public, max-age=300"));
    let body = reply.expect(200);
    for key in body["keys"].as_array().unwrap() {
        assert_eq!(
            (&key["kty"], &key["crv"]),
            (&json!("OKP"), &json!("Ed25519"))
        );
        assert_eq!((&key["alg"], &key["use"]), (&json!("EdDSA"), &json!("sig")));
        assert_eq!(key["x"].as_str().unwrap().len(), 43);
        assert!(key["d"].is_null(), "the private half");
    }
    assert!(alice.token.starts_with("ey") && !body["keys"].as_array().unwrap().is_empty());
}

#[test]
fn tokens_outlive_a_restart() {
    let Some(mut app) = TestApp::own().start() else {
        return;
    };
    let alice = app.person("alice");
    app.kill();
    let app = app.restart();
    alice.get(&app, "/v1/me").expect(200);
    refresh(&app, &alice.refresh_token).expect(200);
}
