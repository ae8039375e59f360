//! Streams tell a user only of things that they may read.

use whisper_testkit::{TestApp, json};

use super::{group, say, says};

#[test]
fn strangers_hear_nothing_and_members_the_message_as_their_history_shows_it() {
    let app = TestApp::start();
    let [ann, bob, eve] = ["ann", "bob", "eve"].map(|name| app.person(name));
    let place = group(&app, &ann, &[&bob]);
    let others = group(&app, &ann, &[&eve]);
    let (mut bobs, mut eves) = (bob.listen(&app), eve.listen(&app));
    let sent = say(&app, &ann, &place, "for Bob");
    say(&app, &ann, &others, "for Eve");
    let heard = bobs.wait_for("message.created");
    let path = format!(
        "/v1/conversations/{place}/messages/{}",
        sent["id"].as_str().unwrap()
    );
    let mut shown = bob.get(&app, &path).expect(200);
    let users = shown.as_object_mut().unwrap().remove("users").unwrap();
    assert_eq!(heard["message"], shown);
    assert_eq!(heard["users"][&ann.id], users[&ann.id]);
    let all = eves.until(says("for Eve"));
    assert!(
        all.iter().all(|event| !event.to_string().contains(&place)),
        "{all:?}"
    );
}

#[test]
fn somebody_who_was_sent_away_hears_that_and_nothing_more() {
    let app = TestApp::start();
    let [ann, bob] = ["ann", "bob"].map(|name| app.person(name));
    let place = group(&app, &ann, &[&bob]);
    let others = group(&app, &ann, &[&bob]);
    let mut stream = bob.listen(&app);
    say(&app, &ann, &place, "before");
    stream.wait_until(says("before"));
    let here = stream.last_id().map(str::to_owned);
    let path = format!("/v1/conversations/{place}/members/{}", bob.id);
    ann.delete(&app, &path).expect(204);
    say(&app, &ann, &place, "after");
    say(&app, &ann, &others, "elsewhere");
    for stream in [&mut stream, &mut bob.listen_from(&app, here.as_deref())] {
        let all = stream.until(says("elsewhere"));
        let gone = all
            .iter()
            .filter(|event| event["type"] == "conversation.removed");
        let gone: Vec<_> = gone.map(|event| &event["reason"]).collect();
        assert_eq!(gone, [&json!("removed")]);
        assert!(!all.iter().any(says("after")), "{all:?}");
    }
}

#[test]
fn a_session_that_is_signed_out_ends_its_stream_with_that_reason() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let other = ann.sign_in(&app);
    let (mut here, mut there) = (ann.listen(&app), other.listen(&app));
    here.wait_for("stream.ready");
    there.wait_for("stream.ready");
    let path = format!("/v1/sessions/{}", other.session_id);
    ann.delete(&app, &path).expect(204);
    let ended = there.wait_for("stream.ended");
    assert_eq!(ended["reason"], "signed_out");
    assert_eq!(there.ends(), Vec::<whisper_testkit::Value>::new());
    here.wait_for("sessions.changed");
    let bearer = format!("Bearer {}", other.token);
    let refused = app.stream("", &[("authorization", &bearer)]).err().unwrap();
    refused.expect_problem(401, "session_revoked");
}

#[test]
fn a_block_hides_names_and_stops_receipts_from_its_commit_on() {
    let app = TestApp::start();
    let [ann, bob, cat] = ["ann", "bob", "cat"].map(|name| app.person(name));
    let place = group(&app, &ann, &[&bob, &cat]);
    let mut stream = bob.listen(&app);
    say(&app, &cat, &place, "seen");
    let seen = stream.wait_until(says("seen"));
    assert_eq!(seen["users"][&cat.id]["username"], cat.username);
    bob.put(&app, &format!("/v1/blocks/{}", cat.id), &json!({}))
        .expect(204);
    let blocked = stream.wait_for("block.changed");
    assert_eq!(
        (&blocked["userId"], &blocked["isBlocked"]),
        (&json!(cat.id), &json!(true))
    );
    let hidden = say(&app, &cat, &place, "hidden name");
    let heard = stream.wait_until(says("hidden name"));
    assert_eq!(heard["users"][&cat.id], json!({"id": cat.id}));
    // Nor does the one who was blocked learn how far the other has read.
    let mut cats = cat.listen(&app);
    let read = json!({"messageId": hidden["id"]});
    bob.post(&app, &format!("/v1/conversations/{place}/read"), &read)
        .expect(200);
    ann.post(&app, &format!("/v1/conversations/{place}/read"), &read)
        .expect(200);
    let all = cats.until(|event| event["type"] == "receipt" && event["userId"] == json!(ann.id));
    assert!(
        !all.iter().any(|event| event["userId"] == json!(bob.id)),
        "{all:?}"
    );
}

#[test]
fn tickets_open_one_stream_for_half_a_minute() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let ann = app.person("ann");
    let ticket = || {
        let made = ann
            .post(&app, "/v1/realtime/tickets", &json!({}))
            .expect(201);
        format!("?ticket={}", made["ticket"].as_str().unwrap())
    };
    let first = ticket();
    let mut stream = app.stream(&first, &[]).ok().unwrap();
    stream.wait_for("stream.ready");
    let again = app.stream(&first, &[]).err().unwrap();
    again.expect_problem(401, "unauthenticated");
    let late = ticket();
    app.advance("31s");
    app.stream(&late, &[])
        .err()
        .unwrap()
        .expect_problem(401, "unauthenticated");
    app.stream("", &[])
        .err()
        .unwrap()
        .expect_problem(401, "unauthenticated");
    app.stream("?ticket=made-up", &[])
        .err()
        .unwrap()
        .expect_problem(401, "unauthenticated");
}

#[test]
fn an_eleventh_stream_ends_the_first() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let ann = app.person("ann");
    let mut streams: Vec<_> = (0..11)
        .map(|_| {
            let mut stream = ann.listen(&app);
            stream.wait_for("stream.ready");
            stream
        })
        .collect();
    let ended = streams[0].wait_for("stream.ended");
    assert_eq!(ended["reason"], "too_many");
    let place = group(&app, &ann, &[]);
    say(&app, &ann, &place, "hello");
    for stream in &mut streams[1..] {
        stream.wait_until(says("hello"));
    }
}

#[test]
fn a_bots_stream_ends_with_its_token() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let body = json!({"username": format!("{}bot", ann.username), "displayName": "Weather"});
    let bot = ann.post(&app, "/v1/me/bots", &body).expect(201);
    let listen = |token: &whisper_testkit::Value| {
        let bearer = format!("Bearer {}", token.as_str().unwrap());
        app.stream("", &[("authorization", &bearer)])
    };
    let mut stream = listen(&bot["token"]).ok().unwrap();
    stream.wait_for("stream.ready");
    let path = format!("/v1/me/bots/{}/token", bot["id"].as_str().unwrap());
    let new = ann.post(&app, &path, &json!({})).expect(200);
    assert_eq!(stream.wait_for("stream.ended")["reason"], "signed_out");
    let refused = listen(&bot["token"]).err().unwrap();
    refused.expect_problem(401, "session_revoked");
    let mut stream = listen(&new["token"]).ok().unwrap();
    stream.wait_for("stream.ready");
    ann.delete(
        &app,
        &format!("/v1/me/bots/{}", bot["id"].as_str().unwrap()),
    )
    .expect(204);
    assert_eq!(stream.wait_for("stream.ended")["reason"], "signed_out");
}
