//! Members: joining, leaving, being removed, and the effects of each.

use std::thread;

use super::{add, give, group, patch};
use whisper_testkit::{TestApp, json};

#[test]
fn the_owner_adds_people_and_hears_who_was_there_already() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let path = group(&app, &ann, &[&bob]);
    let joined = add(&app, &ann, &path, &[&bob, &cid, &ann]).expect(200);
    assert_eq!(
        joined,
        json!({"added": [cid.id], "already": [bob.id, ann.id]})
    );
    let seen = cid.get(&app, &path).expect(200);
    assert_eq!(seen["participantCount"], 3);
    assert_eq!(seen["participantIds"], json!([ann.id, bob.id, cid.id]));
    let again = add(&app, &ann, &path, &[&cid]).expect(200);
    assert_eq!(again, json!({"added": [], "already": [cid.id]}));
    assert_eq!(ann.get(&app, &path).expect(200)["participantCount"], 3);
}

#[test]
fn nobody_joins_when_one_cannot() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let path = group(&app, &ann, &[]);
    cid.call(&app, "PUT", &format!("/v1/blocks/{}", ann.id))
        .send()
        .expect(204);
    let members = format!("{path}/members");
    let body = json!({"userIds": [bob.id, "nobody", cid.id]});
    ann.post(&app, &members, &body)
        .expect_fields(&["userIds[1]", "userIds[2]"]);
    ann.post(&app, &members, &json!({"userIds": []}))
        .expect_fields(&["userIds"]);
    ann.post(&app, &members, &json!({}))
        .expect_fields(&["userIds"]);
    ann.post(&app, &members, &json!({"userIds": [bob.id, bob.id]}))
        .expect_fields(&["userIds[1]"]);
    let many: Vec<String> = (0..101).map(|n| format!("u{n}")).collect();
    ann.post(&app, &members, &json!({"userIds": many}))
        .expect_fields(&["userIds"]);
    assert_eq!(ann.get(&app, &path).expect(200)["participantCount"], 1);
    bob.get(&app, &path).expect_problem(404, "not_found");
}

#[test]
fn only_the_owner_and_admins_add() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let path = group(&app, &ann, &[&bob]);
    add(&app, &bob, &path, &[&cid]).expect_problem(403, "forbidden");
    give(&app, &ann, &path, &bob, "moderator").expect(200);
    add(&app, &bob, &path, &[&cid]).expect_problem(403, "forbidden");
    give(&app, &ann, &path, &bob, "admin").expect(200);
    assert_eq!(
        add(&app, &bob, &path, &[&cid]).expect(200)["added"],
        json!([cid.id])
    );
    add(&app, &app.person("eve"), &path, &[&cid]).expect_problem(404, "not_found");
}

#[test]
fn a_full_group_stays_full_even_when_many_come_at_once() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let people: Vec<_> = (0..5).map(|_| app.person("guest")).collect();
    let body = json!({"type": "group", "name": "Small", "maxParticipants": 3});
    let made = ann.post(&app, "/v1/conversations", &body).expect(201);
    let path = format!("/v1/conversations/{}", made["id"].as_str().unwrap());
    let statuses: Vec<u16> = thread::scope(|scope| {
        let adds: Vec<_> = people
            .iter()
            .map(|person| {
                let (app, ann, path) = (&app, &ann, &path);
                scope.spawn(move || add(app, ann, path, &[person]).status)
            })
            .collect();
        adds.into_iter().map(|add| add.join().unwrap()).collect()
    });
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        2,
        "{statuses:?}"
    );
    assert_eq!(
        statuses.iter().filter(|status| **status == 409).count(),
        3,
        "{statuses:?}"
    );
    let seen = ann.get(&app, &path).expect(200);
    assert_eq!(seen["participantCount"], 3);
    assert_eq!(seen["participantIds"].as_array().unwrap().len(), 3);
    add(&app, &ann, &path, &[&app.person("late")]).expect_problem(409, "conversation_full");
}

#[test]
fn who_is_removed_sees_what_a_stranger_sees() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[&bob]);
    let them = format!("{path}/members/{}", bob.id);
    ann.delete(&app, &them).expect(204);
    let removed = bob.get(&app, &path).expect_problem(404, "not_found");
    let unknown = bob
        .get(&app, "/v1/conversations/nothing")
        .expect_problem(404, "not_found");
    assert_eq!(
        (&removed["detail"], &removed["title"]),
        (&unknown["detail"], &unknown["title"])
    );
    assert_eq!(
        bob.get(&app, "/v1/conversations").expect(200)["items"],
        json!([])
    );
    let seen = ann.get(&app, &path).expect(200);
    assert_eq!(
        (&seen["participantCount"], &seen["participantIds"]),
        (&json!(1), &json!([ann.id]))
    );
    ann.delete(&app, &them).expect_problem(404, "not_found");
}

#[test]
fn one_removes_only_who_stands_lower() {
    let app = TestApp::start();
    let ann = app.person("owner");
    let (admin, peer) = (app.person("admin"), app.person("peer"));
    let (moderator, member) = (app.person("moderator"), app.person("member"));
    let path = group(&app, &ann, &[&admin, &peer, &moderator, &member]);
    for (person, role) in [
        (&admin, "admin"),
        (&peer, "admin"),
        (&moderator, "moderator"),
    ] {
        give(&app, &ann, &path, person, role).expect(200);
    }
    let remove = |by: &whisper_testkit::Person, whom: &whisper_testkit::Person| {
        by.delete(&app, &format!("{path}/members/{}", whom.id))
    };
    for (by, whom) in [
        (&member, &moderator),
        (&moderator, &admin),
        (&moderator, &moderator),
        (&admin, &peer),
        (&admin, &ann),
        (&ann, &ann),
    ] {
        remove(by, whom).expect_problem(403, "forbidden");
    }
    remove(&app.person("eve"), &member).expect_problem(404, "not_found");
    remove(&moderator, &member).expect(204);
    remove(&admin, &moderator).expect(204);
    remove(&ann, &peer).expect(204);
    assert_eq!(
        ann.get(&app, &path).expect(200)["participantIds"],
        json!([ann.id, admin.id])
    );
}

#[test]
fn who_left_or_was_removed_can_come_back_as_a_plain_member() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[&bob]);
    give(&app, &ann, &path, &bob, "admin").expect(200);
    ann.delete(&app, &format!("{path}/members/{}", bob.id))
        .expect(204);
    assert_eq!(
        add(&app, &ann, &path, &[&bob]).expect(200)["added"],
        json!([bob.id])
    );
    assert_eq!(bob.get(&app, &path).expect(200)["my"]["role"], "member");
    bob.post(&app, &format!("{path}/leave"), &json!({}))
        .expect(204);
    bob.get(&app, &path).expect_problem(404, "not_found");
    bob.post(&app, &format!("{path}/leave"), &json!({}))
        .expect_problem(404, "not_found");
    assert_eq!(
        add(&app, &ann, &path, &[&bob]).expect(200)["added"],
        json!([bob.id])
    );
    assert_eq!(bob.get(&app, &path).expect(200)["participantCount"], 2);
}

#[test]
fn an_owner_leaves_last_or_hands_over_first() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[&bob]);
    let leave =
        |who: &whisper_testkit::Person| who.post(&app, &format!("{path}/leave"), &json!({}));
    leave(&ann).expect_problem(409, "last_owner");
    give(&app, &ann, &path, &bob, "owner").expect(200);
    leave(&ann).expect(204);
    leave(&bob).expect(204);
    bob.get(&app, &path).expect_problem(404, "not_found");
}

#[test]
fn members_are_listed_in_the_order_they_joined_page_by_page() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let path = group(&app, &ann, &[&bob]);
    add(&app, &ann, &path, &[&cid]).expect(200);
    let members = format!("{path}/members");
    let all = bob.get(&app, &members).expect(200);
    let users: Vec<&str> = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["userId"].as_str().unwrap())
        .collect();
    assert_eq!(users, [&ann.id, &bob.id, &cid.id]);
    let last = &all["items"][2];
    assert_eq!(
        (&last["role"], &last["invitedBy"]),
        (&json!("member"), &json!(ann.id))
    );
    assert_eq!(last["username"], cid.username.as_str());
    assert!(
        all["items"][0]["isMuted"].is_null(),
        "what others keep for themselves is not shown: {all}"
    );
    let first = bob.get(&app, &format!("{members}?limit=2")).expect(200);
    let after = first["next"].as_str().unwrap();
    let rest = bob
        .get(&app, &format!("{members}?limit=2&after={after}"))
        .expect(200);
    assert_eq!((&rest["items"][0], &rest["next"]), (last, &json!(null)));
    app.person("eve")
        .get(&app, &members)
        .expect_problem(404, "not_found");
    bob.get(&app, &format!("{members}?limit=101"))
        .expect_problem(400, "invalid_query");
    bob.get(&app, &format!("{members}?after=made-up"))
        .expect_problem(400, "invalid_cursor");
}

#[test]
fn what_somebody_keeps_about_a_conversation_is_theirs_alone() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[&bob]);
    let mine = format!("{path}/me");
    let changed = patch(
        &app,
        &ann,
        &mine,
        &json!({"isMuted": true, "isPinned": true}),
    )
    .expect(200);
    assert_eq!(
        (
            &changed["isMuted"],
            &changed["isPinned"],
            &changed["isArchived"]
        ),
        (&json!(true), &json!(true), &json!(false))
    );
    patch(
        &app,
        &ann,
        &mine,
        &json!({"isPinned": false, "isArchived": true}),
    )
    .expect(200);
    let seen = ann.get(&app, &path).expect(200);
    assert_eq!(
        (&seen["isMuted"], &seen["isPinned"], &seen["isArchived"]),
        (&json!([ann.id]), &json!([]), &json!([ann.id]))
    );
    let other = bob.get(&app, &path).expect(200);
    assert_eq!(
        (&other["isMuted"], &other["my"]["isMuted"]),
        (&json!([]), &json!(false))
    );
    patch(
        &app,
        &ann,
        &mine,
        &json!({"isMuted": "yes", "isPinned": null, "role": "owner"}),
    )
    .expect_fields(&["isMuted", "isPinned", "role"]);
}
