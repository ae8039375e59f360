//! Two people, one conversation.

use std::thread;

use super::{direct, give, start};
use whisper_testkit::{TestApp, json};

#[test]
fn a_direct_conversation_has_its_two_members_and_no_roles() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let reply = start(&app, &ann, None, &[&bob]);
    let location = reply.header("location").unwrap().to_owned();
    let made = reply.expect(201);
    assert_eq!(
        location,
        format!("/v1/conversations/{}", made["id"].as_str().unwrap())
    );
    assert_eq!(made["type"], "direct");
    assert_eq!(made["participantIds"], json!([ann.id, bob.id]));
    assert_eq!(made["participantCount"], 2);
    assert_eq!(
        (&made["adminIds"], &made["my"]["role"]),
        (&json!([]), &json!("member"))
    );
    let seen = bob.get(&app, &location).expect(200);
    assert_eq!(seen["id"], made["id"]);
    assert_eq!(seen["participantIds"], made["participantIds"]);
}

#[test]
fn a_second_one_between_the_same_two_is_the_first() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let first = start(&app, &ann, None, &[&bob]).expect(201);
    let again = start(&app, &ann, None, &[&bob]).expect(200);
    let back = start(&app, &bob, None, &[&ann]).expect(200);
    assert_eq!((&again["id"], &back["id"]), (&first["id"], &first["id"]));
    assert_eq!(back["participantIds"], first["participantIds"]);
    assert_eq!(again["createdAt"], first["createdAt"]);
}

#[test]
fn many_who_start_it_at_once_get_one() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let replies: Vec<_> = thread::scope(|scope| {
        let starts: Vec<_> = (0..8)
            .map(|n| {
                let (by, with) = if n % 2 == 0 {
                    (&ann, &bob)
                } else {
                    (&bob, &ann)
                };
                let app = &app;
                scope.spawn(move || start(app, by, None, &[with]))
            })
            .collect();
        starts
            .into_iter()
            .map(|start| start.join().unwrap())
            .collect()
    });
    assert_eq!(
        replies.iter().filter(|reply| reply.status == 201).count(),
        1
    );
    let id = replies[0].body["id"].clone();
    assert!(
        replies
            .iter()
            .all(|reply| reply.body["id"] == id && reply.status < 300),
        "{replies:?}"
    );
    let made = replies.iter().find(|reply| reply.status == 201).unwrap();
    for person in [&ann, &bob] {
        let [conversations, requests] = ["?requests=false", "?requests=true"].map(|which| {
            let path = format!("/v1/conversations{which}");
            person.get(&app, &path).expect(200)
        });
        // It is a request to the one who didn't begin it.
        let (there, elsewhere) = match made.body["creatorId"] == person.id.as_str() {
            true => (conversations, requests),
            false => (requests, conversations),
        };
        assert_eq!(super::ids(&there), [id.as_str().unwrap()]);
        assert_eq!(super::ids(&elsewhere), [""; 0]);
    }
}

#[test]
fn it_takes_exactly_one_other_who_exists() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    start(&app, &ann, None, &[]).expect_fields(&["participantIds"]);
    start(&app, &ann, None, &[&bob, &cid]).expect_fields(&["participantIds"]);
    start(&app, &ann, None, &[&ann]).expect_fields(&["participantIds[0]"]);
    for nobody in [
        "nobody",
        "00000000-0000-7000-8000-000000000000",
        "",
        "../x",
        "ä",
    ] {
        let body = json!({"type": "direct", "participantIds": [nobody]});
        ann.post(&app, "/v1/conversations", &body)
            .expect_fields(&["participantIds[0]"]);
    }
    let named =
        json!({"type": "direct", "participantIds": [bob.id], "name": "Us", "maxParticipants": 5});
    ann.post(&app, "/v1/conversations", &named)
        .expect_fields(&["name", "maxParticipants"]);
}

#[test]
fn blocked_people_cannot_start_one_whoever_blocked_whom() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    ann.call(&app, "PUT", &format!("/v1/blocks/{}", bob.id))
        .send()
        .expect(204);
    for (by, with) in [(&ann, &bob), (&bob, &ann)] {
        let refused = start(&app, by, None, &[with]).expect_fields(&["participantIds[0]"]);
        let body = json!({"type": "direct", "participantIds": ["nobody"]});
        let nobody = by
            .post(&app, "/v1/conversations", &body)
            .expect_fields(&["participantIds[0]"]);
        assert_eq!(
            refused["errors"], nobody["errors"],
            "as if they weren't there"
        );
    }
    ann.delete(&app, &format!("/v1/blocks/{}", bob.id))
        .expect(204);
    start(&app, &bob, None, &[&ann]).expect(201);
}

#[test]
fn its_members_are_fixed() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let path = direct(&app, &ann, &bob);
    super::add(&app, &ann, &path, &[&cid]).expect_problem(409, "direct_conversation");
    give(&app, &ann, &path, &bob, "admin").expect_problem(409, "direct_conversation");
    ann.delete(&app, &format!("{path}/members/{}", bob.id))
        .expect_problem(409, "direct_conversation");
    ann.post(&app, &format!("{path}/leave"), &json!({}))
        .expect_problem(409, "direct_conversation");
    assert_eq!(ann.get(&app, &path).expect(200)["participantCount"], 2);
}

#[test]
fn both_may_change_its_settings_and_nothing_else() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = direct(&app, &ann, &bob);
    for person in [&ann, &bob] {
        let change = |body| {
            person
                .call(&app, "PATCH", &path)
                .header("if-match", "*")
                .json(&body)
                .send()
        };
        let changed = change(json!({"settings": {"custom": {"by": person.id}}})).expect(200);
        assert_eq!(changed["settings"], json!({"custom": {"by": person.id}}));
        change(json!({"name": "Us"})).expect_fields(&["name"]);
        change(json!({"settings": {"slowModeSeconds": 5}}))
            .expect_fields(&["settings.slowModeSeconds"]);
    }
}
