//! Listing and revoking sessions.

use whisper_testkit::{TestApp, json};

use super::another_device;

#[test]
fn sessions_are_listed_newest_first_with_the_current_one_marked() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let first = app.person("alice");
    app.advance("1m");
    let second = another_device(&app, &first);
    let list = first.get(&app, "/v1/sessions").expect(200);
    let items = list["items"].as_array().unwrap();
    let ids: Vec<&str> = items
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, [&second.session_id, &first.session_id]);
    assert_eq!(
        (&items[0]["current"], &items[1]["current"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(items[0]["ipAddress"], "127.0.0.1");
    assert!(list.get("next").is_none());
}

#[test]
fn nobody_sees_the_sessions_of_others() {
    let app = TestApp::start();
    let (alice, bob) = (app.person("alice"), app.person("bob"));
    let list = bob.get(&app, "/v1/sessions").text;
    assert!(!list.contains(&alice.session_id), "{list}");
}

#[test]
fn a_revoked_session_ends_at_once() {
    let app = TestApp::start();
    let first = app.person("alice");
    let second = another_device(&app, &first);
    first
        .delete(&app, &format!("/v1/sessions/{}", second.session_id))
        .expect(204);
    second
        .get(&app, "/v1/me")
        .expect_problem(401, "session_revoked");
    let refresh = json!({"refreshToken": second.refresh_token});
    app.post("/v1/sessions/refresh")
        .json(&refresh)
        .send()
        .expect_problem(401, "token_invalid");
    first.get(&app, "/v1/me").expect(200);
    first
        .delete(&app, &format!("/v1/sessions/{}", second.session_id))
        .expect_problem(404, "not_found");
}

#[test]
fn a_strangers_session_is_as_if_it_were_not_there() {
    let app = TestApp::start();
    let (alice, bob) = (app.person("alice"), app.person("bob"));
    let mut theirs = bob
        .delete(&app, &format!("/v1/sessions/{}", alice.session_id))
        .expect_problem(404, "not_found");
    let mut unknown = bob
        .delete(&app, "/v1/sessions/00000000-0000-7000-8000-000000000000")
        .expect_problem(404, "not_found");
    let mut no_id = bob
        .delete(&app, "/v1/sessions/!")
        .expect_problem(404, "not_found");
    for body in [&mut theirs, &mut unknown, &mut no_id] {
        body["instance"] = json!("-");
    }
    assert_eq!(theirs, unknown);
    assert_eq!(theirs, no_id);
    alice.get(&app, "/v1/me").expect(200);
}

#[test]
fn signing_out_ends_the_session_that_asks() {
    let app = TestApp::start();
    let first = app.person("alice");
    let second = another_device(&app, &first);
    second.delete(&app, "/v1/sessions/current").expect(204);
    second
        .delete(&app, "/v1/sessions/current")
        .expect_problem(401, "session_revoked");
    first.get(&app, "/v1/me").expect(200);
}

#[test]
fn all_sessions_end_together() {
    let app = TestApp::start();
    let first = app.person("alice");
    let second = another_device(&app, &first);
    first.delete(&app, "/v1/sessions").expect(204);
    for person in [&first, &second] {
        person
            .get(&app, "/v1/me")
            .expect_problem(401, "session_revoked");
    }
}

#[test]
fn all_other_sessions_end_and_this_one_stays() {
    let app = TestApp::start();
    let first = app.person("alice");
    let second = another_device(&app, &first);
    first
        .delete(&app, "/v1/sessions?keepCurrent=true")
        .expect(204);
    second
        .get(&app, "/v1/me")
        .expect_problem(401, "session_revoked");
    first.get(&app, "/v1/me").expect(200);
    first
        .delete(&app, "/v1/sessions?keepCurrent=maybe")
        .expect_problem(400, "invalid_query");
    first
        .delete(&app, "/v1/sessions?keep=true")
        .expect_problem(400, "invalid_query");
    first.get(&app, "/v1/me").expect(200);
}
