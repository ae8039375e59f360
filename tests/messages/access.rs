//! Access to messages: by tokens, members, strangers, former members, and people who were blocked.

use super::{conversation_of, count, direct, group, of_conversation, say, send};
use whisper_testkit::{Person, Reply, TestApp, json};

/// Each way to the messages, as somebody.
fn knock(app: &TestApp, token: Option<&str>, messages: &str, message: &str) -> [Reply; 3] {
    let as_them = |call: whisper_testkit::Call| match token {
        Some(token) => call.bearer(token).send(),
        None => call.send(),
    };
    [
        as_them(app.post(messages).json(&json!({"content": "Hi"}))),
        as_them(app.get(messages)),
        as_them(app.get(&format!("{messages}/{message}"))),
    ]
}

fn refused(app: &TestApp, token: Option<&str>, at: &str, message: &str, status: u16, code: &str) {
    for reply in knock(app, token, at, message) {
        reply.expect_problem(status, code);
    }
}

#[test]
fn without_a_good_token_nobody_gets_in() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let room = group(&app, &ann, &[]);
    let message = say(&app, &ann, &room, "Hello");
    refused(&app, None, &room, &message, 401, "unauthenticated");
    refused(
        &app,
        Some("not.a.token"),
        &room,
        &message,
        401,
        "token_invalid",
    );
    assert_eq!(count(&app, &ann, &room), 1, "nothing was written");
}

#[test]
fn the_token_of_an_ended_session_is_refused() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let room = group(&app, &ann, &[]);
    let message = say(&app, &ann, &room, "Hello");
    ann.delete(&app, &format!("/v1/sessions/{}", ann.session_id))
        .expect(204);
    refused(
        &app,
        Some(&ann.token),
        &room,
        &message,
        401,
        "session_revoked",
    );
}

#[test]
fn an_expired_token_is_refused() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let ann = app.person("ann");
    let room = group(&app, &ann, &[]);
    let message = say(&app, &ann, &room, "Hello");
    app.advance("16m");
    refused(
        &app,
        Some(&ann.token),
        &room,
        &message,
        401,
        "token_expired",
    );
}

#[test]
fn a_stranger_sees_what_who_asks_for_nothing_sees() {
    let app = TestApp::start();
    let (ann, eve) = (app.person("ann"), app.person("eve"));
    let room = group(&app, &ann, &[]);
    let message = say(&app, &ann, &room, "Secret");
    let nowhere = "/v1/conversations/nothing-here/messages";
    let of_a_stranger = knock(&app, Some(&eve.token), &room, &message);
    let of_nothing = knock(&app, Some(&eve.token), nowhere, "nothing");
    for (one, other) in of_a_stranger.into_iter().zip(of_nothing) {
        let mut bodies = [one, other].map(|reply| reply.expect_problem(404, "not_found"));
        bodies
            .iter_mut()
            .for_each(|body| drop(body.as_object_mut().unwrap().remove("instance")));
        assert_eq!(bodies[0], bodies[1]);
    }
    let known = json!({"id": message, "content": "Secret"});
    send(&app, &eve, &room, &known).expect_problem(404, "not_found");
}

#[test]
fn who_left_or_was_removed_is_a_stranger() {
    let app = TestApp::start();
    let (ann, bob, cat) = (app.person("ann"), app.person("bob"), app.person("cat"));
    let room = group(&app, &ann, &[&bob, &cat]);
    let message = say(&app, &bob, &room, "Hello");
    say(&app, &cat, &room, "Hello");
    let conversation = of_conversation(&room);
    bob.post(&app, &format!("{conversation}/leave"), &json!({}))
        .expect(204);
    ann.delete(&app, &format!("{conversation}/members/{}", cat.id))
        .expect(204);
    for gone in [&bob, &cat] {
        refused(&app, Some(&gone.token), &room, &message, 404, "not_found");
    }
    let back = json!({"userIds": [bob.id]});
    ann.post(&app, &format!("{conversation}/members"), &back)
        .expect(200);
    assert_eq!(count(&app, &bob, &room), 2);
    say(&app, &bob, &room, "Back");
}

fn block(app: &TestApp, by: &Person, whom: &Person) {
    by.put(app, &format!("/v1/blocks/{}", whom.id), &json!({}))
        .expect(204);
}

#[test]
fn whom_the_other_blocked_reads_but_does_not_send() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let talk = direct(&app, &ann, &bob);
    let message = say(&app, &bob, &talk, "Hello");
    block(&app, &ann, &bob);
    let refused =
        send(&app, &bob, &talk, &json!({"content": "Hi"})).expect_problem(403, "forbidden");
    assert!(
        !refused.to_string().contains("block"),
        "it isn't said why: {refused}"
    );
    assert_eq!(count(&app, &bob, &talk), 1);
    bob.get(&app, &format!("{talk}/{message}")).expect(200);
    ann.delete(&app, &format!("/v1/blocks/{}", bob.id))
        .expect(204);
    say(&app, &bob, &talk, "Hi again");
}

#[test]
fn a_block_changes_nothing_in_a_group() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    block(&app, &ann, &bob);
    say(&app, &bob, &room, "Hello");
    assert_eq!(count(&app, &ann, &room), 1);
}

#[test]
fn a_conversation_tells_its_own_id_alone() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let (here, there) = (group(&app, &ann, &[]), group(&app, &ann, &[]));
    let message = say(&app, &ann, &here, "Here");
    let found = ann.get(&app, &format!("{here}/{message}")).expect(200);
    assert_eq!(found["conversationId"], conversation_of(&here));
    ann.get(&app, &format!("{there}/{message}"))
        .expect_problem(404, "not_found");
    ann.get(&app, &format!("{here}/nothing"))
        .expect_problem(404, "not_found");
}
