//! Anonymous accounts, and their ends.

use whisper_testkit::{Person, Reply, TestApp, json};

use super::{fresh_email, sign_in};

fn anonymous(app: &TestApp) -> Person {
    let body = app
        .post("/v1/accounts/anonymous")
        .json(&json!({"displayName": "Somebody"}))
        .send()
        .expect(201);
    let text = |value: &whisper_testkit::Value| value.as_str().unwrap().to_owned();
    Person {
        id: text(&body["account"]["id"]),
        email: String::new(),
        username: text(&body["profile"]["username"]),
        password: String::new(),
        token: text(&body["accessToken"]),
        refresh_token: text(&body["refreshToken"]),
        session_id: text(&body["session"]["id"]),
    }
}

fn add(app: &TestApp, person: &Person, email: &str) -> Reply {
    person.post(
        app,
        "/v1/me/email",
        &json!({"email": email, "password": "correct horse"}),
    )
}

#[test]
fn an_anonymous_account_needs_nothing_and_works() {
    let app = TestApp::start();
    let body = app.post("/v1/accounts/anonymous").send().expect(201);
    assert_eq!(body["account"]["isAnonymous"], true);
    assert!(body["account"].get("email").is_none());
    app.get("/v1/me")
        .bearer(body["accessToken"].as_str().unwrap())
        .send()
        .expect(200);
    app.post("/v1/accounts/anonymous")
        .json(&json!({"displayName": ""}))
        .send()
        .expect_fields(&["displayName"]);
    app.post("/v1/accounts/anonymous")
        .json(&json!({"email": "a@b.ch"}))
        .send()
        .expect_fields(&["email"]);
}

#[test]
fn an_anonymous_account_gets_an_address_and_stays_itself() {
    let app = TestApp::start();
    let (someone, email) = (anonymous(&app), fresh_email());
    let account = add(&app, &someone, &email.to_uppercase()).expect(200);
    assert_eq!(account["id"], someone.id.as_str());
    assert_eq!(
        (&account["email"], &account["isAnonymous"]),
        (&json!(email), &json!(false))
    );
    let me = someone.get(&app, "/v1/me").expect(200);
    assert_eq!(
        (me.get("email"), &me["displayName"]),
        (None, &json!("Somebody")),
        "nobody has verified the address"
    );
    let signed_in = sign_in(&app, &email, "correct horse").expect(201);
    assert_eq!(signed_in["account"]["id"], someone.id.as_str());
}

#[test]
fn an_address_is_added_once() {
    let app = TestApp::start();
    let (someone, email) = (anonymous(&app), fresh_email());
    add(&app, &someone, &email).expect(200);
    add(&app, &someone, &fresh_email()).expect_problem(409, "already_registered");
    let alice = app.person("alice");
    add(&app, &alice, &fresh_email()).expect_problem(409, "already_registered");
    sign_in(&app, &email, "correct horse").expect(201);
}

#[test]
fn somebody_elses_address_is_refused_and_nothing_changes() {
    let app = TestApp::start();
    let (someone, alice) = (anonymous(&app), app.person("alice"));
    add(&app, &someone, &alice.email).expect_problem(409, "email_taken");
    assert_eq!(
        someone.get(&app, "/v1/me/account").expect(200)["isAnonymous"],
        true
    );
    assert!(
        someone
            .get(&app, "/v1/me")
            .expect(200)
            .get("email")
            .is_none()
    );
}

#[test]
fn of_two_additions_at_once_one_counts() {
    let app = TestApp::start();
    let someone = anonymous(&app);
    let emails = [fresh_email(), fresh_email()];
    let statuses = std::thread::scope(|scope| {
        let calls = [0, 1].map(|i| {
            let (app, someone, email) = (&app, &someone, &emails[i]);
            scope.spawn(move || add(app, someone, email).status)
        });
        calls.map(|call| call.join().unwrap())
    });
    assert!(
        statuses == [200, 409] || statuses == [409, 200],
        "{statuses:?}"
    );
    let winner = emails[usize::from(statuses[1] == 200)].as_str();
    assert_eq!(
        someone.get(&app, "/v1/me/account").expect(200)["email"],
        winner
    );
    // The address isn't verified, so the profile doesn't show it; it signs in all the same.
    let me = someone.get(&app, "/v1/me").expect(200);
    assert_eq!(me.get("email"), None);
    let signed_in = sign_in(&app, winner, "correct horse").expect(201);
    assert_eq!(signed_in["account"]["id"], someone.id.as_str());
    let loser = emails[usize::from(statuses[1] != 200)].as_str();
    sign_in(&app, loser, "correct horse").expect_problem(401, "invalid_credentials");
}

#[test]
fn what_is_added_obeys_the_rules_of_signing_up() {
    let app = TestApp::start();
    let someone = anonymous(&app);
    someone
        .post(
            &app,
            "/v1/me/email",
            &json!({"email": "x", "password": "y"}),
        )
        .expect_fields(&["email", "password"]);
    someone
        .post(&app, "/v1/me/email", &json!({"email": fresh_email()}))
        .expect_fields(&["password"]);
    someone
        .post(&app, "/v1/me/email", &json!({"password": "y"}))
        .expect_fields(&["email", "password"]);
}
