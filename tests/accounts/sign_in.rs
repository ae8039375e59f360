//! `POST /v1/sessions`.

use std::time::{Duration, Instant};

use whisper_testkit::{TestApp, json};

use super::{fresh_email, sign_in};

#[test]
fn signing_in_makes_a_new_session() {
    let app = TestApp::start();
    let alice = app.person("alice");
    let body = app
        .post("/v1/sessions")
        .json(&json!({"email": alice.email.to_uppercase(), "password": alice.password, "device": "Alice's phone"}))
        .send()
        .expect(201);
    assert_ne!(body["session"]["id"], alice.session_id.as_str());
    assert_eq!(body["session"]["device"], "Alice's phone");
    assert_eq!(body["account"]["id"], alice.id.as_str());
    assert!(body["account"]["lastSignInAt"].is_string());
    let me = app
        .get("/v1/me")
        .bearer(body["accessToken"].as_str().unwrap())
        .send()
        .expect(200);
    assert_eq!(me["username"], alice.username.as_str());
}

#[test]
fn a_wrong_address_and_a_wrong_password_look_the_same() {
    let app = TestApp::start();
    let alice = app.person("alice");
    let anonymous = app.post("/v1/accounts/anonymous").send().expect(201);
    let mut wrong = [
        sign_in(&app, &alice.email, "wrong password"),
        sign_in(&app, &fresh_email(), &alice.password),
        sign_in(&app, "no address", &alice.password),
        sign_in(&app, anonymous["account"]["id"].as_str().unwrap(), ""),
    ]
    .map(|reply| {
        let headers: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
        (reply.expect_problem(401, "invalid_credentials"), headers)
    });
    for (body, _) in &mut wrong {
        body["instance"] = json!("-");
    }
    let (first, rest) = wrong.split_first().unwrap();
    for other in rest {
        assert_eq!(other, first);
    }
}

#[test]
fn a_wrong_address_and_a_wrong_password_take_the_same() {
    let app = TestApp::start();
    let people: Vec<_> = (0..5).map(|_| app.person("alice")).collect();
    let time = |email: &str| {
        let start = Instant::now();
        sign_in(&app, email, "wrong password").expect_problem(401, "invalid_credentials");
        start.elapsed()
    };
    // Other work of the machine only ever adds time, so the fastest of each draw near if the work is the same; without
    // the work of a hash an unknown address would stay many times faster.
    let (mut known, mut unknown) = (Duration::MAX, Duration::MAX);
    for round in 0..20 {
        known = known.min(time(&people[round / 4].email));
        unknown = unknown.min(time(&fresh_email()));
        let ratio = known.as_secs_f64() / unknown.as_secs_f64();
        if round >= 4 && (0.67..1.5).contains(&ratio) {
            return;
        }
    }
    panic!("known {known:?}, unknown {unknown:?}");
}

#[test]
fn a_body_that_does_not_fit_is_refused() {
    let app = TestApp::start();
    for (body, field) in [
        (json!({"email": "a@example.com"}), "password"),
        (json!({"password": "x"}), "email"),
        (json!({"email": 1, "password": "x"}), "email"),
        (
            json!({"email": "a@example.com", "password": "x".repeat(129)}),
            "password",
        ),
        (json!({"email": "a".repeat(300), "password": "x"}), "email"),
        (
            json!({"email": "a@example.com", "password": "x", "device": ""}),
            "device",
        ),
        (
            json!({"email": "a@example.com", "password": "x", "device": "x".repeat(101)}),
            "device",
        ),
        (
            json!({"email": "a@example.com", "password": "x", "admin": true}),
            "admin",
        ),
    ] {
        app.post("/v1/sessions")
            .json(&body)
            .send()
            .expect_fields(&[field]);
    }
    app.post("/v1/sessions")
        .json(&json!({"password": "x".repeat(129), "device": 1}))
        .send()
        .expect_fields(&["device", "email", "password"]);
    app.post("/v1/sessions")
        .raw("application/json", b"{")
        .send()
        .expect_problem(400, "invalid_json");
}

#[test]
fn an_eleventh_session_sends_away_the_least_recently_used() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let alice = app.person("alice");
    let mut devices = vec![alice.clone()];
    for _ in 0..9 {
        app.advance("1m");
        devices.push(super::another_device(&app, &alice));
    }
    // The first is used again, so the second is now the one that was used least recently.
    let used = app
        .post("/v1/sessions/refresh")
        .json(&json!({"refreshToken": alice.refresh_token}))
        .send()
        .expect(200);
    app.advance("1m");
    let newest = super::another_device(&app, &alice);
    let list = newest.get(&app, "/v1/sessions").expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 10);
    devices[1]
        .get(&app, "/v1/me")
        .expect_problem(401, "session_revoked");
    devices[2].get(&app, "/v1/me").expect(200);
    app.get("/v1/me")
        .bearer(used["accessToken"].as_str().unwrap())
        .send()
        .expect(200);
}

#[test]
fn signing_in_many_times_at_once_leaves_ten_sessions() {
    let app = TestApp::start();
    let alice = app.person("alice");
    let tokens: Vec<String> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    (0..4)
                        .map(|_| super::another_device(&app, &alice).token)
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        calls
            .into_iter()
            .flat_map(|call| call.join().unwrap())
            .collect()
    });
    let alive = tokens
        .iter()
        .filter(|token| app.get("/v1/me").bearer(token).send().status == 200)
        .count();
    assert_eq!(alive, 10);
}
