//! `POST /v1/accounts`.

use whisper_testkit::{TestApp, json};

use super::{fresh_email, sign_in};

#[test]
fn signing_up_makes_account_profile_and_session() {
    let app = TestApp::start();
    let email = fresh_email();
    let reply = app
        .post("/v1/accounts")
        .header("user-agent", "test/1")
        .json(&json!({"email": email, "password": "correct horse", "displayName": "Alice 🦀"}))
        .send();
    assert_eq!(reply.header("location"), Some("/v1/me"));
    let body = reply.expect(201);
    assert_eq!(body["account"]["email"], email);
    assert_eq!(body["account"]["isAnonymous"], false);
    assert_eq!(body["profile"]["displayName"], "Alice 🦀");
    assert_eq!(body["profile"]["id"], body["account"]["id"]);
    assert_eq!(body["session"]["userAgent"], "test/1");
    assert_eq!(
        (&body["tokenType"], &body["expiresIn"]),
        (&json!("Bearer"), &json!(900))
    );
    let me = app
        .get("/v1/me")
        .bearer(body["accessToken"].as_str().unwrap())
        .send()
        .expect(200);
    assert_eq!(me["id"], body["account"]["id"]);
}

#[test]
fn no_answer_shows_a_hash_or_a_password() {
    let app = TestApp::start();
    let alice = app.person("alice");
    for path in [
        "/v1/me",
        "/v1/me/account",
        "/v1/sessions",
        &format!("/v1/users/{}", alice.username),
    ] {
        let text = alice.get(&app, path).text.to_lowercase();
        for secret in ["hash", "argon2", &alice.password, "refreshtoken"] {
            assert!(!text.contains(secret), "{path} {secret}: {text}");
        }
    }
}

#[test]
fn a_user_name_is_made_up_when_none_is_chosen() {
    let app = TestApp::start();
    let body = app
        .post("/v1/accounts")
        .json(&json!({"email": fresh_email(), "password": "correct horse"}))
        .send()
        .expect(201);
    let name = body["profile"]["username"].as_str().unwrap();
    assert!(name.starts_with("user_") && name.len() == 13, "{name}");
}

#[test]
fn an_address_in_capitals_is_the_same_address() {
    let app = TestApp::start();
    let email = fresh_email();
    let body = json!({"email": email.to_uppercase(), "password": "correct horse"});
    assert_eq!(
        app.post("/v1/accounts").json(&body).send().expect(201)["account"]["email"],
        email
    );
    app.post("/v1/accounts")
        .json(&body)
        .send()
        .expect_problem(409, "email_taken");
    let same = json!({"email": email, "password": "another horse"});
    app.post("/v1/accounts")
        .json(&same)
        .send()
        .expect_problem(409, "email_taken");
    sign_in(&app, &email, "correct horse").expect(201);
}

#[test]
fn a_user_name_belongs_to_one_whatever_its_case() {
    let app = TestApp::start();
    let alice = app.person("alice");
    let email = fresh_email();
    let body = json!({"email": email, "password": "correct horse", "username": alice.username.to_uppercase()});
    app.post("/v1/accounts")
        .json(&body)
        .send()
        .expect_problem(409, "username_taken");
    sign_in(&app, &email, "correct horse").expect_problem(401, "invalid_credentials");
}

#[test]
fn of_two_who_sign_up_with_one_address_at_once_one_succeeds() {
    let app = TestApp::start();
    let body = json!({"email": fresh_email(), "password": "correct horse"});
    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| app.post("/v1/accounts").json(&body).send().status))
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
}

#[test]
fn everything_wrong_with_a_sign_up_is_told_at_once() {
    let app = TestApp::start();
    app.post("/v1/accounts")
        .json(&json!({"email": "no address", "password": "short", "username": "a b", "displayName": " "}))
        .send()
        .expect_fields(&["email", "password", "username", "displayName"]);
}

#[test]
fn each_rule_of_a_sign_up_is_held() {
    let app = TestApp::start();
    for (field, value) in [
        ("email", json!("alice")),
        ("email", json!(" alice@example.com")),
        ("email", json!("alice@example.com\n")),
        ("email", json!(7)),
        ("email", json!(null)),
        ("password", json!("1234567")),
        ("password", json!("password")),
        ("password", json!("x".repeat(129))),
        ("username", json!("ab")),
        ("username", json!("a".repeat(31))),
        ("username", json!("../me")),
        ("displayName", json!("x".repeat(101))),
        ("isAdmin", json!(true)),
    ] {
        let mut body = json!({"email": fresh_email(), "password": "correct horse"});
        body[field] = value;
        app.post("/v1/accounts")
            .json(&body)
            .send()
            .expect_fields(&[field]);
    }
}

#[test]
fn missing_fields_are_named() {
    let app = TestApp::start();
    for (body, fields) in [
        (json!({}), vec!["email", "password"]),
        (
            json!({"email": 1, "username": [], "admin": true}),
            vec!["admin", "email", "password", "username"],
        ),
        (
            json!({"email": "no address", "displayName": " "}),
            vec!["displayName", "email", "password"],
        ),
    ] {
        let reply = app.post("/v1/accounts").json(&body).send();
        reply.expect_fields(&fields);
    }
    app.post("/v1/accounts")
        .json(&json!({"email": fresh_email()}))
        .send()
        .expect_fields(&["password"]);
    app.post("/v1/accounts")
        .json(&json!([]))
        .send()
        .expect_problem(422, "validation_failed");
}

#[test]
fn the_longest_password_is_used_to_its_end() {
    let app = TestApp::start();
    let (email, password) = (fresh_email(), "ü".repeat(128));
    app.post("/v1/accounts")
        .json(&json!({"email": email, "password": password}))
        .send()
        .expect(201);
    let almost = format!("{}u", "ü".repeat(127));
    sign_in(&app, &email, &almost).expect_problem(401, "invalid_credentials");
    sign_in(&app, &email, &password).expect(201);
}

#[test]
fn one_address_makes_so_many_accounts_an_hour() {
    let Some(app) = TestApp::own().variable("signup_rate_per_hour", "2").start() else {
        return;
    };
    let make = || app.post("/v1/accounts/anonymous").send();
    make().expect(201);
    let refused = json!({"email": fresh_email(), "password": "short"});
    app.post("/v1/accounts")
        .json(&refused)
        .send()
        .expect_problem(422, "validation_failed");
    make().expect(201);
    let reply = make();
    assert!(reply.header("retry-after").unwrap().parse::<u32>().unwrap() <= 3601);
    reply.expect_problem(429, "rate_limited");
    app.advance("61m");
    make().expect(201);
}
