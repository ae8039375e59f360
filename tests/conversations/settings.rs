//! The rights that the settings give, the history for newcomers, and the system messages about it all.

use super::{add, give, group, say};
use whisper_testkit::{Person, Reply, TestApp, Value, json};

/// A change of the settings.
fn set(app: &TestApp, by: &Person, path: &str, settings: &Value) -> Reply {
    by.call(app, "PATCH", path)
        .header("if-match", "*")
        .json(&json!({ "settings": settings }))
        .send()
}

fn send(app: &TestApp, by: &Person, path: &str, body: &Value) -> Reply {
    by.post(app, &format!("{path}/messages"), body)
}

/// The history as somebody reads it, oldest first: the words, or a system message's metadata.
fn read(app: &TestApp, by: &Person, path: &str) -> Vec<String> {
    let page = by.get(app, &format!("{path}/messages?order=asc"));
    let page = page.expect(200);
    let items = page["items"].as_array().unwrap().iter();
    let text = |item: &Value| match item["isSystemMessage"] == true {
        true => item["metadata"]["event"].clone(),
        false => item["content"].clone(),
    };
    items
        .map(|item| text(item).as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn admins_alone_send_where_the_settings_say_so() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[&bob]);
    set(&app, &bob, &path, &json!({"sendMessages": "admins"})).expect_problem(403, "forbidden");
    set(&app, &ann, &path, &json!({"sendMessages": "admins"})).expect(200);
    let words = json!({"content": "Hello"});
    send(&app, &bob, &path, &words).expect_problem(403, "forbidden");
    send(&app, &ann, &path, &words).expect(201);
    give(&app, &ann, &path, &bob, "admin").expect(200);
    send(&app, &bob, &path, &words).expect(201);
    // An admin can't give away a right of the owner's alone.
    set(&app, &ann, &path, &json!({"addMembers": "owner"})).expect(200);
    set(&app, &bob, &path, &json!({"addMembers": "admins"})).expect_problem(403, "forbidden");
    set(&app, &ann, &path, &json!({"theme": "dark"})).expect_fields(&["settings.theme"]);
}

#[test]
fn members_wait_in_slow_mode() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[&bob]);
    set(&app, &ann, &path, &json!({"slowModeSeconds": 300})).expect(200);
    let words = json!({"content": "Hello"});
    send(&app, &bob, &path, &words).expect(201);
    let refused = send(&app, &bob, &path, &words);
    let seconds: u32 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=300).contains(&seconds), "{seconds}");
    refused.expect_problem(429, "rate_limited");
    for _ in 0..2 {
        send(&app, &ann, &path, &words).expect(201);
    }
    app.advance("5m");
    send(&app, &bob, &path, &words).expect(201);
}

#[test]
fn members_add_others_and_see_each_other_as_the_settings_say() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let path = group(&app, &ann, &[&bob]);
    add(&app, &bob, &path, &[&cid]).expect_problem(403, "forbidden");
    set(&app, &ann, &path, &json!({"addMembers": "everyone"})).expect(200);
    add(&app, &bob, &path, &[&cid]).expect(200);
    let members = format!("{path}/members");
    cid.get(&app, &members).expect(200);
    set(&app, &ann, &path, &json!({"seeMembers": "admins"})).expect(200);
    cid.get(&app, &members).expect_problem(403, "forbidden");
    ann.get(&app, &members).expect(200);
    let seen = cid.get(&app, &path).expect(200);
    assert_eq!(seen["participantIds"], json!([ann.id, cid.id]));
    assert_eq!(seen["participantCount"], 3);
    assert!(seen["users"][&bob.id].is_null(), "{seen}");
}

#[test]
fn newcomers_see_what_the_history_is_for_them() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let path = group(&app, &ann, &[&bob]);
    let old = say(&app, &ann, &path, "old");
    set(&app, &ann, &path, &json!({"history": "joined"})).expect(200);
    add(&app, &ann, &path, &[&cid]).expect(200);
    say(&app, &ann, &path, "new");
    assert_eq!(read(&app, &cid, &path), ["members_added", "new"]);
    let whole = [
        "conversation_created",
        "old",
        "settings_changed",
        "members_added",
        "new",
    ];
    assert_eq!(read(&app, &bob, &path), whole, "bob was there");
    let one = format!("{path}/messages/{old}");
    cid.get(&app, &one).expect_problem(404, "not_found");
    bob.get(&app, &one).expect(200);
    let reply = json!({"contentType": "reply", "content": "x", "replyToMessageId": old});
    send(&app, &cid, &path, &reply).expect_fields(&["replyToMessageId"]);
    // Bob, who left and came back, doesn't see the messages sent while he was away.
    bob.post(&app, &format!("{path}/leave"), &json!({}))
        .expect(204);
    say(&app, &ann, &path, "without bob");
    add(&app, &ann, &path, &[&bob]).expect(200);
    assert_eq!(read(&app, &bob, &path), ["members_added"]);
    assert_eq!(bob.get(&app, &path).expect(200)["my"]["unreadCount"], 0);
    // With `history: all` Cid and Bob see all of it.
    set(&app, &ann, &path, &json!({"history": "all"})).expect(200);
    assert!(read(&app, &cid, &path).contains(&"old".to_owned()));
    assert!(read(&app, &bob, &path).contains(&"without bob".to_owned()));
}

#[test]
fn somebody_banned_is_kept_away_until_the_end() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let path = group(&app, &ann, &[&bob, &cid]);
    let ban = |by: &Person, whom: &Person, terms: &Value| {
        by.put(&app, &format!("{path}/bans/{}", whom.id), terms)
    };
    ban(&bob, &cid, &json!({})).expect_problem(403, "forbidden");
    give(&app, &ann, &path, &bob, "moderator").expect(200);
    ban(&bob, &ann, &json!({})).expect_problem(403, "forbidden");
    ban(&bob, &cid, &json!({"reason": ""})).expect_fields(&["reason"]);
    ban(&bob, &cid, &json!({"endsAt": "2020-01-01T00:00:00Z"})).expect_fields(&["endsAt"]);
    // As long as it takes the clock of the test to get there.
    let made = say(&app, &ann, &path, "now");
    let now = ann
        .get(&app, &format!("{path}/messages/{made}"))
        .expect(200);
    let end = format!(
        "{}-00:10",
        now["createdAt"].as_str().unwrap().trim_end_matches('Z')
    );
    let banned = ban(&bob, &cid, &json!({"reason": "Loud", "endsAt": end})).expect(201);
    assert_eq!(banned["reason"], "Loud");
    cid.get(&app, &path).expect_problem(404, "not_found");
    add(&app, &ann, &path, &[&cid]).expect_fields(&["userIds[0]"]);
    let bans = || ann.get(&app, &format!("{path}/bans")).expect(200)["items"].clone();
    assert_eq!(bans()[0]["userId"], cid.id.as_str());
    app.advance("10m");
    assert_eq!(bans(), json!([]));
    app.run_job("retention").expect(200);
    add(&app, &ann, &path, &[&cid]).expect(200);
    ban(&ann, &cid, &json!({})).expect(201);
    ann.delete(&app, &format!("{path}/bans/{}", cid.id))
        .expect(204);
    ann.delete(&app, &format!("{path}/bans/{}", cid.id))
        .expect_problem(404, "not_found");
    let told = read(&app, &ann, &path);
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    assert_eq!(
        told,
        [
            "conversation_created",
            "role_given",
            "now",
            "member_banned",
            "members_added",
            "member_banned"
        ]
    );
}

#[test]
fn what_happens_is_told_rings_nobody_and_can_not_be_answered() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[&bob]);
    let rename = json!({"name": "Chess"});
    ann.call(&app, "PATCH", &path)
        .header("if-match", "*")
        .json(&rename)
        .send()
        .expect(200);
    let seen = bob.get(&app, &path).expect(200);
    assert_eq!(
        (&seen["my"]["unreadCount"], &seen["lastMessageSystem"]),
        (
            &json!(0),
            &json!({"event": "renamed", "name": "Chess", "formerName": "Room"})
        )
    );
    let told = seen["lastMessageId"].as_str().unwrap();
    let reply = json!({"contentType": "reply", "content": "x", "replyToMessageId": told});
    send(&app, &bob, &path, &reply).expect_fields(&["replyToMessageId"]);
    let one = bob
        .get(&app, &format!("{path}/messages/{told}"))
        .expect(200);
    assert_eq!(
        (&one["isSystemMessage"], &one["senderId"]),
        (&json!(true), &json!(ann.id))
    );
}
