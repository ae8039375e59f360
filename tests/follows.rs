//! Follows: beginning, ending, both sides' lists.

use std::thread;

use whisper_testkit::{Person, Reply, Route, TestApp, Value, json};

fn follow(app: &TestApp, by: &Person, whom: &Person, body: &Value) -> Reply {
    by.put(app, &format!("/v1/follows/{}", whom.id), body)
}

fn followed(app: &TestApp, who: &Person, direction: &str) -> Vec<String> {
    let list = who
        .get(app, &format!("/v1/follows?direction={direction}"))
        .expect(200);
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["user"]["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn following_begins_once_and_keeps_what_is_not_said() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let began = follow(&app, &ann, &bob, &json!({"isCloseFriend": true})).expect(201);
    assert_eq!(
        (&began["followerId"], &began["followingId"]),
        (&json!(ann.id), &json!(bob.id))
    );
    assert_eq!(
        (&began["status"], &began["notificationsEnabled"]),
        (&json!("accepted"), &json!(true))
    );
    let changed = follow(&app, &ann, &bob, &json!({"notificationsEnabled": false})).expect(200);
    assert_eq!(
        (&changed["isCloseFriend"], &changed["notificationsEnabled"]),
        (&json!(true), &json!(false))
    );
    let same = ann
        .call(&app, "PUT", &format!("/v1/follows/{}", bob.id))
        .send()
        .expect(200);
    assert_eq!(same, changed, "a body may be left out");
}

#[test]
fn many_at_once_are_one_follow() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let statuses: Vec<u16> = thread::scope(|scope| {
        let calls: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| follow(&app, &ann, &bob, &json!({})).status))
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    assert_eq!(
        statuses.iter().filter(|status| **status == 201).count(),
        1,
        "{statuses:?}"
    );
    assert!(
        statuses.iter().all(|status| [200, 201].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(followed(&app, &ann, "following"), [bob.id.as_str()]);
}

#[test]
fn both_sides_see_it_the_newest_first() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    follow(&app, &ann, &bob, &json!({"isCloseFriend": true})).expect(201);
    follow(&app, &ann, &cid, &json!({})).expect(201);
    follow(&app, &cid, &bob, &json!({})).expect(201);
    assert_eq!(
        followed(&app, &ann, "following"),
        [cid.id.as_str(), &bob.id]
    );
    assert_eq!(
        followed(&app, &bob, "followers"),
        [cid.id.as_str(), &ann.id]
    );
    assert_eq!(followed(&app, &bob, "following"), [""; 0]);
    let list = bob.get(&app, "/v1/follows?direction=followers").expect(200);
    assert_eq!(list["items"][1]["user"]["username"], ann.username.as_str());
    assert!(
        list["items"][1]["isCloseFriend"].is_null(),
        "that is the follower's own business: {list}"
    );
    assert_eq!(
        ann.get(&app, "/v1/follows").expect(200)["items"][1]["isCloseFriend"],
        true
    );
    let first = ann.get(&app, "/v1/follows?limit=1").expect(200);
    let after = first["next"].as_str().unwrap();
    let second = ann
        .get(&app, &format!("/v1/follows?limit=1&after={after}"))
        .expect(200);
    assert_eq!(second["items"][0]["user"]["id"], bob.id.as_str());
    assert!(second["next"].is_null());
}

#[test]
fn it_ends_and_ending_twice_is_fine() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    follow(&app, &ann, &bob, &json!({})).expect(201);
    let path = format!("/v1/follows/{}", bob.id);
    for _ in 0..2 {
        ann.delete(&app, &path).expect(204);
        assert_eq!(followed(&app, &bob, "followers"), [""; 0]);
    }
    follow(&app, &ann, &bob, &json!({})).expect(201);
}

#[test]
fn nobody_oneself_and_nonsense_are_refused() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    follow(&app, &ann, &ann, &json!({})).expect_fields(&["userId"]);
    ann.put(&app, "/v1/follows/nobody", &json!({}))
        .expect_problem(404, "not_found");
    follow(
        &app,
        &ann,
        &bob,
        &json!({"isCloseFriend": "yes", "notificationsEnabled": null, "status": "accepted"}),
    )
    .expect_fields(&["isCloseFriend", "notificationsEnabled", "status"]);
    let path = format!("/v1/follows/{}", bob.id);
    ann.call(&app, "PUT", &path)
        .raw("application/json", b"{")
        .send()
        .expect_problem(400, "invalid_json");
    ann.get(&app, "/v1/follows?direction=sideways")
        .expect_problem(400, "invalid_query");
    assert_eq!(followed(&app, &ann, "following"), [""; 0]);
}

#[test]
fn blocked_people_look_like_nobody_and_a_block_ends_both_ways() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    follow(&app, &ann, &bob, &json!({})).expect(201);
    follow(&app, &bob, &ann, &json!({})).expect(201);
    ann.call(&app, "PUT", &format!("/v1/blocks/{}", bob.id))
        .send()
        .expect(204);
    for (by, whom) in [(&ann, &bob), (&bob, &ann)] {
        assert_eq!(followed(&app, by, "following"), [""; 0]);
        follow(&app, by, whom, &json!({})).expect_problem(404, "not_found");
    }
    ann.delete(&app, &format!("/v1/blocks/{}", bob.id))
        .expect(204);
    follow(&app, &bob, &ann, &json!({})).expect(201);
}

/// Every route, with a body that is fine.
fn routes(other: &Person) -> Vec<Route> {
    let path = format!("/v1/follows/{}", other.id);
    vec![
        ("PUT", path.clone(), json!({"isCloseFriend": true})),
        ("DELETE", path, json!(null)),
        ("GET", "/v1/follows".into(), json!(null)),
        ("GET", "/v1/follows?direction=followers".into(), json!(null)),
    ]
}

#[test]
fn without_a_token_nothing_is_answered_and_nothing_happens() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.refuses_without_token(&routes(&bob), &ann);
    assert_eq!(followed(&app, &bob, "followers"), [""; 0]);
}

#[test]
fn an_ended_session_and_an_expired_token_open_nothing() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.refuses_old_tokens(&routes(&ann), &bob, &ann);
}

#[test]
fn bad_bodies_change_nothing() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.refuses_bad_bodies(&routes(&bob), &ann);
    assert_eq!(followed(&app, &ann, "following"), [""; 0]);
}

#[test]
fn a_page_has_bounds_and_its_cursor_is_its_readers_alone() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    for (by, whom) in [(&ann, &bob), (&ann, &cid), (&bob, &ann), (&bob, &cid)] {
        follow(&app, by, whom, &json!({})).expect(201);
    }
    for limit in ["0", "101", "-1", "x"] {
        ann.get(&app, &format!("/v1/follows?limit={limit}"))
            .expect_problem(400, "invalid_query");
    }
    let first = ann.get(&app, "/v1/follows?limit=1").expect(200);
    let cursor = first["next"].as_str().unwrap();
    let page = format!("/v1/follows?limit=1&after={cursor}");
    ann.get(&app, &page).expect(200);
    bob.get(&app, &page).expect_problem(400, "invalid_cursor");
    ann.get(&app, &format!("{page}&direction=followers"))
        .expect_problem(400, "invalid_cursor");
}
