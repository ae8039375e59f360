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
    assert!(
        !ids(&since).contains(&id(&made[0])),
        "it wasn't active since"
    );
    say(&app, &ann, &made[0], "wake up");
    let since = list(format!("&before={}", first["previous"].as_str().unwrap())).expect(200);
    assert_eq!(ids(&since)[0], id(&made[0]));
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
    let hers = eve.get(&app, "/v1/conversations").expect(200);
    assert_eq!((&hers["items"], &hers["users"]), (&json!([]), &json!({})));
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

#[test]
fn pinned_ones_stand_in_the_callers_own_order() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let made: Vec<String> = (0..4).map(|_| group(&app, &ann, &[])).collect();
    let pinned = "/v1/me/pinned-conversations";
    let order = json!({"conversationIds": [id(&made[1]), id(&made[3])]});
    ann.put(&app, pinned, &order).expect(200);
    say(&app, &ann, &made[3], "active, and stays where it is");
    let listed = |path: &str| ann.get(&app, path).expect(200);
    let wanted = [1, 3, 2, 0].map(|n: usize| id(&made[n]));
    assert_eq!(ids(&listed("/v1/conversations")), wanted);
    patch(
        &app,
        &ann,
        &format!("{}/me", made[0]),
        &json!({"isPinned": true}),
    )
    .expect(200);
    assert_eq!(
        listed(pinned)["conversationIds"],
        json!([id(&made[0]), id(&made[1]), id(&made[3])])
    );
    ann.put(&app, pinned, &json!({"conversationIds": ["nowhere"]}))
        .expect_problem(422, "validation_failed");
}

#[test]
fn a_deleted_conversation_comes_back_with_the_next_message_alone() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    super::follow(&app, &ann, &bob);
    let path = direct(&app, &bob, &ann);
    say(&app, &bob, &path, "before");
    ann.delete(&app, &format!("{path}/me")).expect(204);
    let list = |who: &whisper_testkit::Person| who.get(&app, "/v1/conversations").expect(200);
    assert_eq!(ids(&list(&ann)).len(), 0);
    assert_eq!(ids(&list(&bob)), [id(&path)]);
    say(&app, &bob, &path, "after");
    let seen = list(&ann);
    assert_eq!(ids(&seen), [id(&path)]);
    assert_eq!(seen["items"][0]["my"]["unreadCount"], 1);
    let history = ann.get(&app, &format!("{path}/messages")).expect(200);
    assert_eq!(history["items"].as_array().unwrap().len(), 1);
}

#[test]
fn muting_ends_by_itself_and_a_mark_by_hand_when_it_is_read() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let ann = app.person("ann");
    let path = group(&app, &ann, &[]);
    let mine = format!("{path}/me");
    let set = json!({"muteSeconds": 28_800, "isMarkedUnread": true});
    let seen = patch(&app, &ann, &mine, &set).expect(200);
    assert_eq!(
        (&seen["isMuted"], &seen["isMarkedUnread"]),
        (&json!(true), &json!(true))
    );
    assert!(seen["mutedUntil"].is_string());
    ann.post(&app, &format!("{path}/read"), &json!({}))
        .expect(200);
    app.advance("8h");
    let seen = super::again(&app, &ann).get(&app, &path).expect(200);
    assert_eq!(
        (&seen["my"]["isMuted"], &seen["my"]["isMarkedUnread"]),
        (&json!(false), &json!(false))
    );
}
