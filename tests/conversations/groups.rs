//! Groups: making them, changing their details.

use std::thread;

use super::{group, start};
use whisper_testkit::{TestApp, Value, json};

#[test]
fn who_makes_a_group_owns_it() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let body = json!({
        "type": "group", "name": "Room", "description": "Talk", "avatarUrl": "https://example.com/a.png",
        "participantIds": [bob.id], "settings": {"slowModeSeconds": 5}, "maxParticipants": 3,
    });
    let made = ann.post(&app, "/v1/conversations", &body).expect(201);
    for key in [
        "type",
        "name",
        "description",
        "avatarUrl",
        "maxParticipants",
    ] {
        assert_eq!(made[key], body[key], "{key}");
    }
    assert_eq!(made["creatorId"], ann.id.as_str());
    assert_eq!(
        made["settings"],
        json!({
            "sendMessages": "everyone", "addMembers": "admins", "editDetails": "admins", "pinMessages": "moderators",
            "inviteMembers": "admins", "mentionAll": "everyone", "seeMembers": "everyone", "slowModeSeconds": 5,
            "setMessageTimer": "admins", "messageTimerSeconds": 0, "history": "all", "joinApproval": false,
        })
    );
    assert_eq!(made["participantIds"], json!([ann.id, bob.id]));
    assert_eq!(
        (&made["adminIds"], &made["moderatorIds"]),
        (&json!([ann.id]), &json!([]))
    );
    assert_eq!(
        (&made["participantCount"], &made["isEncrypted"]),
        (&json!(2), &json!(false))
    );
    assert_eq!(
        (&made["my"]["role"], &made["my"]["unreadCount"]),
        (&json!("owner"), &json!(0))
    );
    let path = format!("/v1/conversations/{}", made["id"].as_str().unwrap());
    assert_eq!(ann.get(&app, &path).expect(200), made);
    let seen = bob.get(&app, &path).expect(200);
    assert_eq!(seen["my"]["role"], "member");
}

#[test]
fn a_group_may_be_empty_but_for_its_owner() {
    let app = TestApp::start();
    let made = start(&app, &app.person("ann"), Some("Alone"), &[]).expect(201);
    assert_eq!(
        (&made["participantCount"], &made["maxParticipants"]),
        (&json!(1), &json!(200_000))
    );
}

#[test]
fn everything_wrong_with_a_group_is_told_at_once() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let refused = |body: Value, fields: &[&str]| {
        ann.post(&app, "/v1/conversations", &body)
            .expect_fields(fields);
    };
    refused(json!({}), &["type"]);
    refused(json!({"type": "group"}), &["name"]);
    refused(json!({"type": "group", "name": " "}), &["name"]);
    refused(json!({"type": "group", "name": "x".repeat(101)}), &["name"]);
    refused(
        json!({"type": "group", "name": "x", "maxParticipants": 1}),
        &["maxParticipants"],
    );
    refused(
        json!({"type": "group", "name": "x", "maxParticipants": 200_001}),
        &["maxParticipants"],
    );
    refused(
        json!({"type": "group", "name": "x", "description": "x".repeat(501)}),
        &["description"],
    );
    refused(
        json!({"type": "group", "name": 1, "isEncrypted": "no", "avatarUrl": "x", "settings": 3, "creatorId": "me"}),
        &["name", "isEncrypted", "avatarUrl", "settings", "creatorId"],
    );
    let many: Vec<String> = (0..101).map(|n| format!("u{n}")).collect();
    refused(
        json!({"type": "group", "name": "x", "participantIds": many}),
        &["participantIds"],
    );
    assert_eq!(
        ann.get(&app, "/v1/conversations").expect(200)["items"],
        json!([]),
        "nothing was made"
    );
}

#[test]
fn a_kind_that_there_is_not_is_refused_by_name() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let body = json!({"type": "club", "name": "x"});
    ann.post(&app, "/v1/conversations", &body)
        .expect_fields(&["type"]);
}

#[test]
fn unknown_and_blocked_people_are_named_alike_and_nothing_is_made() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    bob.call(&app, "PUT", &format!("/v1/blocks/{}", ann.id))
        .send()
        .expect(204);
    let body = json!({"type": "group", "name": "x", "participantIds": [cid.id, "nobody", bob.id]});
    let problem = ann
        .post(&app, "/v1/conversations", &body)
        .expect_fields(&["participantIds[1]", "participantIds[2]"]);
    assert_eq!(
        problem["errors"][0]["detail"],
        problem["errors"][1]["detail"]
    );
    assert_eq!(
        cid.get(&app, "/v1/conversations").expect(200)["items"],
        json!([])
    );
    let twice = json!({"type": "group", "name": "x", "participantIds": [cid.id, cid.id]});
    ann.post(&app, "/v1/conversations", &twice)
        .expect_fields(&["participantIds[1]"]);
}

#[test]
fn a_retried_request_makes_one_group() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let send = |name: &str| {
        let body = json!({"type": "group", "name": name});
        ann.call(&app, "POST", "/v1/conversations")
            .header("idempotency-key", "k1")
            .json(&body)
            .send()
    };
    let replies: Vec<_> = thread::scope(|scope| {
        let sends: Vec<_> = (0..4).map(|_| scope.spawn(|| send("Room"))).collect();
        sends.into_iter().map(|send| send.join().unwrap()).collect()
    });
    let made = replies[0].body["id"].clone();
    assert!(
        replies
            .iter()
            .all(|reply| reply.status == 201 && reply.body["id"] == made),
        "{replies:?}"
    );
    let replayed = send("Room");
    assert_eq!(replayed.header("idempotency-replayed"), Some("true"));
    send("Other").expect_problem(422, "idempotency_key_reused");
    assert_eq!(
        super::ids(&ann.get(&app, "/v1/conversations").expect(200)),
        [made.as_str().unwrap()]
    );
}

#[test]
fn the_owner_changes_the_details_and_members_see_it() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[&bob]);
    let etag = ann.get(&app, &path).header("etag").unwrap().to_owned();
    let body =
        json!({"name": "New", "description": "About", "settings": {"custom": {"a": [1, 2]}}});
    let reply = ann
        .call(&app, "PATCH", &path)
        .header("if-match", &etag)
        .json(&body)
        .send();
    assert_ne!(reply.header("etag"), Some(etag.as_str()));
    reply.expect(200);
    let seen = bob.get(&app, &path).expect(200);
    for key in ["name", "description"] {
        assert_eq!(seen[key], body[key], "{key}");
    }
    assert_eq!(seen["settings"]["custom"], body["settings"]["custom"]);
    let gone = json!({"description": null});
    ann.call(&app, "PATCH", &path)
        .header("if-match", "*")
        .json(&gone)
        .send()
        .expect(200);
    assert_eq!(bob.get(&app, &path).expect(200)["description"], Value::Null);
}

#[test]
fn of_two_who_change_it_the_second_learns_of_the_first() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let path = group(&app, &ann, &[]);
    let etag = ann.get(&app, &path).header("etag").unwrap().to_owned();
    let change = |name: String| {
        ann.call(&app, "PATCH", &path)
            .header("if-match", &etag)
            .json(&json!({"name": name}))
            .send()
    };
    let statuses: Vec<u16> = thread::scope(|scope| {
        let changes: Vec<_> = (0..4)
            .map(|n| scope.spawn(move || change(format!("n{n}")).status))
            .collect();
        changes
            .into_iter()
            .map(|change| change.join().unwrap())
            .collect()
    });
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        1,
        "{statuses:?}"
    );
    assert_eq!(
        statuses.iter().filter(|status| **status == 412).count(),
        3,
        "{statuses:?}"
    );
    change("late".into()).expect_problem(412, "precondition_failed");
}

#[test]
fn a_new_message_does_not_stand_in_the_way_of_a_change() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let path = group(&app, &ann, &[]);
    let etag = ann.get(&app, &path).header("etag").unwrap().to_owned();
    super::say(&app, &ann, &path, "hello");
    let change = ann
        .call(&app, "PATCH", &path)
        .header("if-match", &etag)
        .json(&json!({"name": "New"}));
    change.send().expect(200);
}

#[test]
fn a_change_needs_if_match_a_role_and_fields_that_can_change() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[&bob]);
    super::patch(&app, &ann, &path, &json!({"name": "x"}))
        .expect_problem(428, "precondition_required");
    let change = |by: &whisper_testkit::Person, body: Value| {
        by.call(&app, "PATCH", &path)
            .header("if-match", "*")
            .json(&body)
            .send()
    };
    change(&bob, json!({"name": "x"})).expect_problem(403, "forbidden");
    change(&ann, json!({"name": null})).expect_fields(&["name"]);
    change(
        &ann,
        json!({"name": "", "participantCount": 9, "type": "direct"}),
    )
    .expect_fields(&["name", "participantCount", "type"]);
    assert_eq!(ann.get(&app, &path).expect(200)["name"], "Room");
}
