//! `GET` and `PATCH /v1/me`.

use whisper_testkit::{Person, Reply, TestApp, Value, json};

use super::change_profile;

fn change(app: &TestApp, person: &Person, etag: &str, changes: &Value) -> Reply {
    person
        .call(app, "PATCH", "/v1/me")
        .header("if-match", etag)
        .json(changes)
        .send()
}

fn etag(app: &TestApp, person: &Person) -> String {
    person
        .get(app, "/v1/me")
        .header("etag")
        .expect("an ETag")
        .to_owned()
}

/// The profile once the sign-up has earned its points, after which nothing happens to it by itself.
fn settled(app: &TestApp, person: &Person) -> Value {
    app.eventually(|| {
        let profile = person.get(app, "/v1/me").expect(200);
        (profile["xp"] == 5).then_some(profile)
    })
}

/// The edit that an ETag names. The rest of it changes when the server itself changes something, such
/// as experience points, which is no edit.
fn edit(etag: &str) -> &str {
    etag.split('-').next().unwrap()
}

#[test]
fn what_the_server_changes_makes_no_edit_fail() {
    let app = TestApp::start();
    let alice = app.person("alice");
    let mut state = etag(&app, &alice);
    // Each edit is an activity, and earns experience points sooner or later.
    for n in 0..5 {
        let reply = change(&app, &alice, &state, &json!({"bio": format!("{n}")}));
        state = reply.header("etag").unwrap().to_owned();
        reply.expect(200);
    }
}

#[test]
fn a_profile_is_changed_by_whoever_knows_its_state() {
    let app = TestApp::start();
    let alice = app.person("alice");
    let before = etag(&app, &alice);
    let changes = json!({
        "displayName": "Alice", "bio": "Two\nlines", "phone": "+41791234567", "timezone": "Europe/Zurich",
        "languages": ["de-CH"], "interests": ["crabs"], "website": "https://example.com/a", "theme": "dark",
        "socialLinks": {"mastodon": "@alice@example.com"}, "preferences": {"font": {"size": 12}},
        "privacySettings": {"bio": "friends"}, "status": "busy",
    });
    let reply = change(&app, &alice, &before, &changes);
    let after = reply.header("etag").unwrap().to_owned();
    assert_ne!(after, before);
    let changed = reply.expect(200);
    for (key, value) in changes.as_object().unwrap() {
        assert_eq!(&changed[key], value, "{key}");
    }
    let read = alice.get(&app, "/v1/me");
    assert_eq!(edit(read.header("etag").unwrap()), edit(&after));
    let read = read.expect(200);
    for key in changes.as_object().unwrap().keys() {
        assert_eq!(read[key], changed[key], "{key}");
    }
}

#[test]
fn null_takes_a_value_away() {
    let app = TestApp::start();
    let alice = app.person("alice");
    change_profile(
        &app,
        &alice,
        &json!({"bio": "x", "preferences": {"a": 1}, "tagline": "y"}),
    )
    .expect(200);
    let changed =
        change_profile(&app, &alice, &json!({"bio": null, "preferences": null})).expect(200);
    assert!(
        changed.get("bio").is_none() && changed.get("preferences").is_none(),
        "{changed}"
    );
    assert_eq!(changed["tagline"], "y");
    change_profile(&app, &alice, &json!({"username": null})).expect_fields(&["username"]);
}

#[test]
fn without_if_match_whatever_is_there_is_changed() {
    let app = TestApp::start();
    let alice = app.person("alice");
    for bio in ["x", "y"] {
        let patch = alice.call(&app, "PATCH", "/v1/me");
        let changed = patch.json(&json!({"bio": bio})).send().expect(200);
        assert_eq!(changed["bio"], bio);
    }
}

#[test]
fn a_stale_or_made_up_etag_is_refused() {
    let app = TestApp::start();
    let alice = app.person("alice");
    let stale = etag(&app, &alice);
    change(&app, &alice, &stale, &json!({"bio": "first"})).expect(200);
    for etag in [stale.as_str(), "\"no such\"", "7", "W/\"1\"", ""] {
        change(&app, &alice, etag, &json!({"bio": "second"}))
            .expect_problem(412, "precondition_failed");
    }
    assert_eq!(alice.get(&app, "/v1/me").expect(200)["bio"], "first");
}

#[test]
fn of_two_changes_at_once_one_learns_of_the_other() {
    let app = TestApp::start();
    let alice = app.person("alice");
    let state = etag(&app, &alice);
    let mut statuses = std::thread::scope(|scope| {
        let calls = ["one", "two"].map(|bio| {
            let (app, alice, state) = (&app, &alice, &state);
            scope.spawn(move || change(app, alice, state, &json!({"bio": bio})).status)
        });
        calls.map(|call| call.join().unwrap())
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

#[test]
fn a_change_that_changes_nothing_keeps_the_etag() {
    let app = TestApp::start();
    let alice = app.person("alice");
    change_profile(&app, &alice, &json!({"bio": "x", "preferences": {"a": 1}})).expect(200);
    let state = etag(&app, &alice);
    for changes in [
        json!({}),
        json!({"bio": "x"}),
        json!({"preferences": "{\"a\": 1}", "tagline": null}),
    ] {
        let reply = change(&app, &alice, &state, &changes);
        let after = reply.header("etag").unwrap();
        assert_eq!(edit(after), edit(&state), "{changes}");
        reply.expect(200);
    }
}

#[test]
fn what_belongs_to_the_server_cannot_be_set() {
    let app = TestApp::start();
    let alice = app.person("alice");
    let before = settled(&app, &alice);
    for field in [
        "id",
        "userId",
        "email",
        "isVerified",
        "isPremium",
        "premiumExpiry",
        "xp",
        "level",
        "badges",
        "reputationScore",
        "streakDays",
        "isOnline",
        "lastSeen",
        "createdAt",
        "updatedAt",
        "nonsense",
    ] {
        let problem = change_profile(&app, &alice, &json!({ field: "x" })).expect_fields(&[field]);
        assert_eq!(problem["errors"][0]["rule"], "unknown");
    }
    assert_eq!(alice.get(&app, "/v1/me").expect(200), before);
}

#[test]
fn everything_wrong_is_told_at_once_and_nothing_is_written() {
    let app = TestApp::start();
    let alice = app.person("alice");
    let before = settled(&app, &alice);
    change_profile(
        &app,
        &alice,
        &json!({
            "bio": "x".repeat(501), "status": "gone", "website": "javascript:alert(1)", "phone": "12",
            "languages": ["de", "nope!"], "displayName": 7, "tagline": "this is fine",
            "privacySettings": {"shoeSize": "nobody"},
        }),
    )
    .expect_fields(&[
        "bio", "status", "website", "phone", "languages[1]", "displayName", "privacySettings.shoeSize",
    ]);
    assert_eq!(alice.get(&app, "/v1/me").expect(200), before);
}

#[test]
fn a_user_name_moves_and_stays_unique() {
    let app = TestApp::start();
    let (alice, bob) = (app.person("alice"), app.person("bob"));
    change_profile(
        &app,
        &bob,
        &json!({"username": alice.username.to_uppercase()}),
    )
    .expect_problem(409, "username_taken");
    let new = format!("{}_x", alice.username);
    assert_eq!(
        change_profile(&app, &alice, &json!({"username": new})).expect(200)["username"],
        new.as_str()
    );
    bob.get(&app, &format!("/v1/users/{}", alice.username))
        .expect_problem(404, "not_found");
    bob.get(&app, &format!("/v1/users/{new}")).expect(200);
    // For a while another user can't take a name that was given up.
    change_profile(&app, &bob, &json!({"username": alice.username}))
        .expect_problem(409, "username_taken");
    change_profile(&app, &alice, &json!({"username": alice.username})).expect(200);
}

#[test]
fn of_two_who_want_one_user_name_at_once_one_gets_it() {
    let app = TestApp::start();
    let (alice, bob) = (app.person("alice"), app.person("bob"));
    let wanted = json!({"username": format!("{}_w", alice.username)});
    let mut statuses = std::thread::scope(|scope| {
        let calls = [&alice, &bob]
            .map(|person| scope.spawn(|| change_profile(&app, person, &wanted).status));
        calls.map(|call| call.join().unwrap())
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[test]
fn a_body_that_is_no_object_is_refused() {
    let app = TestApp::start();
    let alice = app.person("alice");
    change_profile(&app, &alice, &json!(["bio"])).expect_problem(422, "validation_failed");
    alice
        .call(&app, "PATCH", "/v1/me")
        .header("if-match", "*")
        .raw("application/json", b"{\"bio\": ")
        .send()
        .expect_problem(400, "invalid_json");
}

#[test]
fn the_account_shows_what_one_signs_in_with() {
    let app = TestApp::start();
    let alice = app.person("alice");
    let account = alice.get(&app, "/v1/me/account").expect(200);
    assert_eq!(
        (&account["id"], &account["email"]),
        (&json!(alice.id), &json!(alice.email))
    );
    assert!(account["passwordChangedAt"].is_string());
}
