//! `GET /v1/users/{username}`: other people's profiles.

use whisper_testkit::{Person, Reply, TestApp, json};

use super::{befriend, change_profile};

fn look(app: &TestApp, viewer: &Person, at: &Person) -> Reply {
    viewer.get(app, &format!("/v1/users/{}", at.username))
}

#[test]
fn a_profile_shows_everything_but_what_is_private_by_default() {
    let app = TestApp::start();
    let (alice, bob) = (app.person("alice"), app.person("bob"));
    change_profile(
        &app,
        &alice,
        &json!({"bio": "Hi", "phone": "+41791234567", "preferences": {"a": 1}}),
    )
    .expect(200);
    let seen = look(&app, &bob, &alice).expect(200);
    assert_eq!(
        (&seen["id"], &seen["bio"]),
        (&json!(alice.id), &json!("Hi"))
    );
    for hidden in ["email", "phone", "preferences", "privacySettings", "theme"] {
        assert!(seen.get(hidden).is_none(), "{hidden}: {seen}");
    }
}

#[test]
fn privacy_settings_decide_by_friendship() {
    let app = TestApp::start();
    let [alice, friend, fan, stranger] =
        ["alice", "friend", "fan", "stranger"].map(|name| app.person(name));
    befriend(&app, &alice, &friend);
    fan.put(&app, &format!("/v1/follows/{}", alice.id), &json!({}))
        .expect(201);
    let settings =
        json!({"bio": "friends", "phone": "friends", "location": "nobody", "email": "everyone"});
    let changes =
        json!({"bio": "b", "phone": "+41791234567", "location": "l", "privacySettings": settings});
    change_profile(&app, &alice, &changes).expect(200);
    for (viewer, shown) in [
        // The address isn't verified, so it isn't shown.
        (&friend, [true, true, false, false]),
        (&fan, [false, false, false, false]),
        (&stranger, [false, false, false, false]),
    ] {
        let seen = look(&app, viewer, &alice).expect(200);
        let fields = ["bio", "phone", "location", "email"].map(|field| seen.get(field).is_some());
        assert_eq!(fields, shown, "{}: {seen}", viewer.username);
    }
}

#[test]
fn a_closed_profile_shows_who_it_is() {
    let app = TestApp::start();
    let [alice, friend, stranger] = ["alice", "friend", "stranger"].map(|name| app.person(name));
    befriend(&app, &alice, &friend);
    let changes = json!({
        "displayName": "Alice", "bio": "b", "avatarUrl": "https://example.com/a.png",
        "privacySettings": {"profile": "friends"},
    });
    change_profile(&app, &alice, &changes).expect(200);
    let seen = look(&app, &stranger, &alice).expect(200);
    let mut fields: Vec<&str> = seen
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    fields.sort_unstable();
    assert_eq!(fields, ["avatarUrl", "displayName", "id", "username"]);
    assert_eq!(look(&app, &friend, &alice).expect(200)["bio"], "b");
    change_profile(
        &app,
        &alice,
        &json!({"privacySettings": {"profile": "nobody"}}),
    )
    .expect(200);
    assert!(look(&app, &friend, &alice).expect(200).get("bio").is_none());
    assert_eq!(
        look(&app, &alice, &alice).expect(200)["bio"],
        "b",
        "the owner sees the whole"
    );
}

#[test]
fn invisible_looks_like_offline() {
    let app = TestApp::start();
    let (alice, bob) = (app.person("alice"), app.person("bob"));
    befriend(&app, &alice, &bob);
    change_profile(&app, &alice, &json!({"status": "invisible"})).expect(200);
    assert_eq!(look(&app, &bob, &alice).expect(200)["status"], "offline");
    assert_eq!(alice.get(&app, "/v1/me").expect(200)["status"], "invisible");
}

#[test]
fn user_names_are_found_in_any_case() {
    let app = TestApp::start();
    let (alice, bob) = (app.person("alice"), app.person("bob"));
    let seen = bob
        .get(
            &app,
            &format!("/v1/users/{}", alice.username.to_uppercase()),
        )
        .expect(200);
    assert_eq!(seen["id"], alice.id.as_str());
}

#[test]
fn nobody_is_found_under_what_is_no_user_name() {
    let app = TestApp::start();
    let bob = app.person("bob");
    for name in [
        "nobody_has_this_one",
        "x",
        "%20",
        "a%2Fb",
        "..%2Fme",
        "%00%00%00",
        "%FF%FE%FD",
        &"x".repeat(500),
    ] {
        bob.get(&app, &format!("/v1/users/{name}"))
            .expect_problem(404, "not_found");
    }
}

#[test]
fn a_block_in_either_direction_hides_as_if_nobody_were_there() {
    let app = TestApp::start();
    let (alice, bob) = (app.person("alice"), app.person("bob"));
    befriend(&app, &alice, &bob);
    alice
        .put(&app, &format!("/v1/blocks/{}", bob.id), &json!({}))
        .expect(204);
    let unknown = bob
        .get(&app, "/v1/users/nobody_has_this_one")
        .expect_problem(404, "not_found");
    for (viewer, at) in [(&bob, &alice), (&alice, &bob)] {
        let hidden = look(&app, viewer, at).expect_problem(404, "not_found");
        assert_eq!(
            (&hidden["detail"], &hidden["title"]),
            (&unknown["detail"], &unknown["title"])
        );
    }
}

#[test]
fn people_are_found_by_id_and_by_the_beginning_of_a_name() {
    let app = TestApp::start();
    let (alice, bob) = (app.person("alice"), app.person("bob"));
    let ids = format!("/v1/users?ids={},{}", bob.id, alice.id);
    let found = alice.get(&app, &ids).expect(200);
    assert_eq!(found["items"][0]["username"], bob.username.as_str());
    assert_eq!(found["items"][1]["id"], alice.id.as_str());
    let query = format!("/v1/users?query={}", bob.username);
    let found = alice.get(&app, &query).expect(200);
    assert_eq!(found["items"][0]["id"], bob.id.as_str());
    bob.put(&app, &format!("/v1/blocks/{}", alice.id), &json!({}))
        .expect(204);
    assert_eq!(alice.get(&app, &query).expect(200)["items"], json!([]));
}

#[test]
fn the_operator_disables_and_enables_an_account() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (alice, bob) = (app.person("alice"), app.person("bob"));
    let operate =
        |method: &str, path: &str| app.call(method, path).bearer(app.operator_key()).send();
    let path = format!("/internal/users/{}", bob.id);
    app.refuses_all_but_operator(
        &[
            ("GET", path.clone(), json!(null)),
            ("POST", format!("{path}/disable"), json!({})),
        ],
        &alice,
    );
    assert_eq!(
        operate("POST", &format!("{path}/disable")).expect(200)["status"],
        "disabled"
    );
    bob.get(&app, "/v1/me")
        .expect_problem(401, "session_revoked");
    look(&app, &alice, &bob).expect_problem(404, "not_found");
    super::sign_in(&app, &bob.email, &bob.password).expect_problem(401, "invalid_credentials");
    operate("POST", &format!("{path}/enable")).expect(200);
    super::sign_in(&app, &bob.email, &bob.password).expect(201);
    let named = operate("GET", &format!("/internal/users/{}", bob.username)).expect(200);
    assert_eq!(
        (&named["id"], &named["status"]),
        (&json!(bob.id), &json!("active"))
    );
}
