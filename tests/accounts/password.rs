//! `PUT /v1/me/password`.

use whisper_testkit::{Person, Reply, TestApp, json};

use super::{another_device, sign_in};

fn change(app: &TestApp, person: &Person, current: &str, new: &str) -> Reply {
    person.put(
        app,
        "/v1/me/password",
        &json!({"currentPassword": current, "newPassword": new}),
    )
}

#[test]
fn a_new_password_replaces_the_old_and_ends_other_sessions() {
    let app = TestApp::start();
    let alice = app.person("alice");
    let other = another_device(&app, &alice);
    change(&app, &alice, &alice.password, "another horse").expect(204);
    other
        .get(&app, "/v1/me")
        .expect_problem(401, "session_revoked");
    alice.get(&app, "/v1/me").expect(200);
    sign_in(&app, &alice.email, &alice.password).expect_problem(401, "invalid_credentials");
    sign_in(&app, &alice.email, "another horse").expect(201);
}

#[test]
fn a_wrong_password_changes_nothing() {
    let app = TestApp::start();
    let alice = app.person("alice");
    change(&app, &alice, "wrong password", "another horse")
        .expect_problem(401, "invalid_credentials");
    sign_in(&app, &alice.email, &alice.password).expect(201);
}

#[test]
fn trying_passwords_with_a_token_is_slowed_down_as_well() {
    let app = TestApp::start();
    let alice = app.person("alice");
    for _ in 0..5 {
        change(&app, &alice, "wrong password", "another horse")
            .expect_problem(401, "invalid_credentials");
    }
    change(&app, &alice, "wrong password", "another horse").expect_problem(429, "rate_limited");
}

#[test]
fn a_new_password_obeys_the_rules() {
    let app = TestApp::start();
    let alice = app.person("alice");
    for weak in ["short", "password", &alice.email, &"x".repeat(129)] {
        change(&app, &alice, &alice.password, weak).expect_fields(&["newPassword"]);
    }
    alice
        .put(
            &app,
            "/v1/me/password",
            &json!({"newPassword": "another horse"}),
        )
        .expect_fields(&["currentPassword"]);
    alice
        .put(&app, "/v1/me/password", &json!({"newPassword": "short"}))
        .expect_fields(&["currentPassword", "newPassword"]);
}

#[test]
fn an_anonymous_account_has_no_password_to_change() {
    let app = TestApp::start();
    let body = app.post("/v1/accounts/anonymous").send().expect(201);
    app.call("PUT", "/v1/me/password")
        .bearer(body["accessToken"].as_str().unwrap())
        .json(&json!({"currentPassword": "", "newPassword": "another horse"}))
        .send()
        .expect_problem(403, "forbidden");
}
