//! People who were blocked or removed: they react to nothing, vote on nothing, pin nothing, and change nothing of others.

use super::polls::{ask, vote, votes};
use super::{alone, conversation_of, direct, group, id, of_conversation, say, send};
use whisper_testkit::{Person, Route, TestApp, Value, json};

const THUMB: &str = "reactions/%F0%9F%91%8D";

/// The ways to mark a message for all.
fn marks(message: &str) -> Vec<Route> {
    vec![
        ("PUT", format!("{message}/{THUMB}"), Value::Null),
        ("PUT", format!("{message}/vote"), json!({"options": [0]})),
        ("PUT", format!("{message}/pin"), Value::Null),
        ("DELETE", format!("{message}/pin"), Value::Null),
    ]
}

fn block(app: &TestApp, by: &Person, whom: &Person) {
    by.put(app, &format!("/v1/blocks/{}", whom.id), &Value::Null)
        .expect(204);
}

#[test]
fn between_two_a_block_ends_reactions_votes_and_pins() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let talk = direct(&app, &ann, &bob);
    let poll = ask(&app, &ann, &talk, &json!({}));
    vote(&app, &bob, &poll, &[1]).expect(200);
    let heart = format!("{poll}/reactions/%E2%9D%A4");
    bob.put(&app, &heart, &Value::Null).expect(200);
    ann.put(&app, &format!("{poll}/pin"), &Value::Null)
        .expect(200);
    block(&app, &ann, &bob);
    for route in marks(&poll) {
        let refused = app.knock(Some(&bob.token), &route);
        let refused = refused.expect_problem(403, "forbidden");
        let text = refused.to_string();
        assert!(!text.contains("block"), "it isn't said why: {text}");
    }
    let own = format!("{talk}/{}", say(&app, &ann, &talk, "hello"));
    bob.put(&app, &format!("{own}/{THUMB}"), &Value::Null)
        .expect_problem(403, "forbidden");
    let edit = bob.call(&app, "PATCH", &own).json(&json!({"content": "x"}));
    edit.send().expect_problem(403, "forbidden");
    // A reaction from before goes on the blocked user's wish.
    bob.delete(&app, &heart).expect(204);
    let seen = ann.get(&app, &format!("{poll}/poll")).expect(200);
    assert_eq!(votes(&seen)[0], 0, "nothing was written");
    assert_eq!(alone(&app, &ann, &poll)["isPinned"], true);
    let reactions = ann.get(&app, &format!("{poll}/reactions")).expect(200);
    assert_eq!(reactions["items"], json!([]));
    ann.delete(&app, &format!("/v1/blocks/{}", bob.id))
        .expect(204);
    for route in marks(&poll) {
        let done = app.knock(Some(&bob.token), &route);
        assert!(done.status < 300, "{route:?}: {}", done.text);
    }
}

#[test]
fn in_a_group_a_block_ends_nothing_and_a_removal_all() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    let path = of_conversation(&room);
    let member = format!("{path}/members/{}", bob.id);
    let role = json!({"role": "moderator"});
    let role = ann.call(&app, "PATCH", &member).json(&role);
    role.send().expect(200);
    let poll = ask(&app, &ann, &room, &json!({}));
    block(&app, &ann, &bob);
    for route in marks(&poll) {
        let done = app.knock(Some(&bob.token), &route);
        assert!(done.status < 300, "{route:?}: {}", done.text);
    }
    let star = format!("{poll}/star");
    bob.put(&app, &star, &Value::Null).expect(200);
    ann.delete(&app, &member).expect(204);
    let mut routes = marks(&poll);
    routes.push(("DELETE", format!("{poll}/{THUMB}"), Value::Null));
    routes.push(("DELETE", format!("{poll}/vote"), Value::Null));
    routes.push(("PUT", star.clone(), Value::Null));
    routes.push(("DELETE", star, Value::Null));
    for route in routes {
        let refused = app.knock(Some(&bob.token), &route);
        refused.expect_problem(404, "not_found");
    }
    let starred = bob.get(&app, "/v1/me/starred-messages").expect(200);
    assert_eq!(starred["items"], json!([]), "they see it no more");
    let seen = ann.get(&app, &format!("{poll}/poll")).expect(200);
    assert_eq!(votes(&seen), [1, 0, 0], "a vote from before stays");
}

#[test]
fn what_somebody_scheduled_is_theirs() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    let now = send(&app, &ann, &room, &json!({"content": "now"})).expect(201);
    let at = now["createdAt"].as_str().unwrap().trim_end_matches('Z');
    // An hour later, by way of the offset.
    let body = json!({"sendAt": format!("{at}-01:00"), "message": {"content": "later"}});
    let path = format!("{}/scheduled-messages", of_conversation(&room));
    let made = ann.post(&app, &path, &body).expect(201);
    let one = format!("/v1/me/scheduled-messages/{}", id(&made));
    let change = json!({"message": {"content": "changed"}});
    let here = conversation_of(&room);
    for (method, path, body) in [
        ("GET", one.clone(), Value::Null),
        ("PATCH", one.clone(), change.clone()),
        ("DELETE", one.clone(), Value::Null),
        ("POST", format!("{one}/send"), Value::Null),
    ] {
        let nothing = path.replace(&id(&made), "nothing");
        let mut bodies = [path, nothing].map(|path| {
            let refused = app.knock(Some(&bob.token), &(method, path, body.clone()));
            refused.expect_problem(404, "not_found")
        });
        bodies
            .iter_mut()
            .for_each(|body| body["instance"] = Value::Null);
        assert_eq!(bodies[0], bodies[1], "{method}");
    }
    let list = format!("/v1/me/scheduled-messages?conversationId={here}");
    assert_eq!(bob.get(&app, &list).expect(200)["items"], json!([]));
    assert_eq!(ann.get(&app, &one).expect(200), made, "nothing happened");
    let sent = ann.post(&app, &format!("{one}/send"), &Value::Null);
    assert_eq!(sent.expect(201)["content"], "later");
}
