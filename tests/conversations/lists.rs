//! The caller's conversations.

use super::{direct, group, id, ids, patch, say};
use whisper_testkit::{TestApp, Value, json};

#[test]
fn the_last_active_comes_first() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let first = group(&app, &ann, &[&bob]);
    super::follow(&app, &ann, &cid);
    let second = direct(&app, &cid, &ann);
    let third = group(&app, &bob, &[&ann]);
    let list = |query: &str| {
        ann.get(&app, &format!("/v1/conversations{query}"))
            .expect(200)
    };
    assert_eq!(ids(&list("")), [id(&third), id(&second), id(&first)]);
    say(&app, &bob, &first, "wake up");
    let seen = list("");
    assert_eq!(ids(&seen), [id(&first), id(&third), id(&second)]);
    let top = &seen["items"][0];
    assert_eq!(
        (&top["lastMessageText"], &top["lastMessageSenderId"]),
        (&json!("wake up"), &json!(bob.id))
    );
    assert_eq!(
        (&top["my"]["unreadCount"], &top["my"]["role"]),
        (&json!(1), &json!("owner"))
    );
    assert_eq!(top["participantIds"], json!([ann.id, bob.id]));
    assert_eq!(seen["items"][2]["participantIds"], json!([cid.id, ann.id]));
}

#[test]
fn pages_meet_in_both_directions() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let made: Vec<String> = (0..5).map(|_| group(&app, &ann, &[])).collect();
    let expected: Vec<&str> = made.iter().rev().map(|path| id(path)).collect();
    let list = |query: String| ann.get(&app, &format!("/v1/conversations?limit=2{query}"));
    let first = list(String::new());
    assert!(first.header("link").unwrap().contains("rel=\"next\""));
    let first = first.expect(200);
    let second = list(format!("&after={}", first["next"].as_str().unwrap())).expect(200);
    let third = list(format!("&after={}", second["next"].as_str().unwrap())).expect(200);
    assert_eq!([ids(&first), ids(&second), ids(&third)].concat(), expected);
    assert_eq!(&third["next"], &Value::Null);
    let since = list(format!("&before={}", first["previous"].as_str().unwrap())).expect(200);
    assert_eq!(ids(&since), [""; 0], "nothing was active since");
    say(&app, &ann, &made[0], "wake up");
    let since = list(format!("&before={}", first["previous"].as_str().unwrap())).expect(200);
    assert_eq!(ids(&since), [id(&made[0])]);
    let back = list(format!("&before={}", third["previous"].as_str().unwrap())).expect(200);
    assert_eq!(ids(&back), ids(&second));
}

#[test]
fn only_my_own_are_listed() {
    let app = TestApp::start();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    group(&app, &ann, &[&bob]);
    direct(&app, &ann, &bob);
    assert_eq!(
        ids(&ann.get(&app, "/v1/conversations").expect(200)).len(),
        2
    );
    assert_eq!(
        eve.get(&app, "/v1/conversations").expect(200),
        json!({"items": [], "users": {}})
    );
}

#[test]
fn archived_ones_are_apart_and_pinned_ones_on_top() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let (kept, away) = (group(&app, &ann, &[]), group(&app, &ann, &[]));
    patch(
        &app,
        &ann,
        &format!("{away}/me"),
        &json!({"isArchived": true}),
    )
    .expect(200);
    let list = |query: &str| {
        ann.get(&app, &format!("/v1/conversations{query}"))
            .expect(200)
    };
    assert_eq!(ids(&list("")), [id(&kept)]);
    assert_eq!(ids(&list("?archived=true")), [id(&away)]);
    assert_eq!(ids(&list("?archived=false")), [id(&kept)]);
    let newer = group(&app, &ann, &[]);
    assert_eq!(ids(&list("")), [id(&newer), id(&kept)]);
    let pin = json!({"isPinned": true});
    patch(&app, &ann, &format!("{kept}/me"), &pin).expect(200);
    assert_eq!(ids(&list("")), [id(&kept), id(&newer)]);
}

#[test]
fn a_list_takes_only_its_own_parameters_and_cursors() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    for _ in 0..2 {
        group(&app, &ann, &[&bob]);
    }
    let list = |who: &whisper_testkit::Person, query: &str| {
        who.get(&app, &format!("/v1/conversations?{query}"))
    };
    for query in [
        "limit=0",
        "limit=101",
        "limit=x",
        "sort=name",
        "archived=maybe",
    ] {
        list(&ann, query).expect_problem(400, "invalid_query");
    }
    let page = list(&ann, "limit=1").expect(200);
    let cursor = page["next"].as_str().unwrap();
    list(&bob, &format!("after={cursor}")).expect_problem(400, "invalid_cursor");
    list(&ann, &format!("archived=true&after={cursor}")).expect_problem(400, "invalid_cursor");
    list(&ann, &format!("after={cursor}x")).expect_problem(400, "invalid_cursor");
}
