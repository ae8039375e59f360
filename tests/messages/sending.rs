//! A send and its effects: once, whole, in the order of the commits.

use std::collections::BTreeSet;

use super::{alone, contents, conversation_of, count, direct, group, of_conversation, say, send};
use whisper_testkit::{Person, Reply, TestApp, json};

#[test]
fn a_message_is_stored_and_the_conversation_shows_it() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let talk = direct(&app, &ann, &bob);
    let reply = send(
        &app,
        &ann,
        &talk,
        &json!({"content": "Hello", "mentions": [bob.id]}),
    );
    let location = reply.header("location").unwrap().to_owned();
    let sent = reply.expect(201);
    assert_eq!(
        (sent["status"].as_str(), sent["senderId"].as_str()),
        (Some("sent"), Some(ann.id.as_str()))
    );
    assert_eq!(sent["conversationId"], conversation_of(&talk));
    assert_eq!(alone(&app, &bob, &location), sent);
    let shown = bob.get(&app, of_conversation(&talk)).expect(200);
    assert_eq!(shown["lastMessageId"], sent["id"]);
    assert_eq!(shown["lastMessageText"], "Hello");
    assert_eq!(shown["lastMessageAt"], sent["createdAt"]);
    assert_eq!(shown["lastMessageSenderId"], ann.id);
    assert_eq!(shown["my"]["unreadCount"], 1);
}

#[test]
fn an_encrypted_conversation_shows_no_text() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let body = json!({"type": "group", "name": "Vault", "isEncrypted": true});
    let vault = super::messages_of(&ann.post(&app, "/v1/conversations", &body).expect(201));
    let sent = send(&app, &ann, &vault, &json!({"content": "c2VjcmV0"})).expect(201);
    assert!(sent.get("plainText").is_none(), "{sent}");
    let shown = ann.get(&app, of_conversation(&vault)).expect(200);
    assert_eq!(shown["lastMessageId"], sent["id"]);
    assert!(
        shown
            .get("lastMessageText")
            .is_none_or(|text| text.is_null()),
        "{shown}"
    );
}

#[test]
fn sent_twice_it_is_there_once() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let room = group(&app, &ann, &[]);
    let body = json!({"id": format!("{}-1", &ann.id[..30]), "content": "Hello"});
    let first = send(&app, &ann, &room, &body).expect(201);
    let again = send(&app, &ann, &room, &body);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(200), first);
    assert_eq!(count(&app, &ann, &room), 1);
}

#[test]
fn an_id_is_not_given_twice() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let (room, other) = (group(&app, &ann, &[&bob]), group(&app, &ann, &[]));
    let id = format!("{}-1", &ann.id[..30]);
    let body = json!({"id": id, "content": "Hello"});
    send(&app, &ann, &room, &body).expect(201);
    send(&app, &ann, &room, &json!({"id": id, "content": "Bye"}))
        .expect_problem(409, "message_id_taken");
    send(&app, &ann, &other, &body).expect_problem(409, "message_id_taken");
    send(&app, &bob, &room, &body).expect_problem(409, "message_id_taken");
    assert_eq!(count(&app, &ann, &room) + count(&app, &ann, &other), 1);
}

fn keyed(app: &TestApp, by: &Person, room: &str, key: &str, words: &str) -> Reply {
    let call = by.call(app, "POST", room).header("idempotency-key", key);
    call.json(&json!({"content": words})).send()
}

#[test]
fn an_idempotency_key_does_as_well_as_an_id() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let room = group(&app, &ann, &[]);
    let first = keyed(&app, &ann, &room, "k1", "Hello").expect(201);
    assert_eq!(keyed(&app, &ann, &room, "k1", "Hello").expect(200), first);
    keyed(&app, &ann, &room, "k1", "Bye").expect_problem(422, "idempotency_key_reused");
    keyed(&app, &ann, &room, "k2", "Hello").expect(201);
    keyed(&app, &ann, &room, "two words", "Hello").expect_problem(400, "invalid_header");
    assert_eq!(count(&app, &ann, &room), 2);
}

#[test]
fn many_at_once_with_one_id_are_one_message() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let room = group(&app, &ann, &[]);
    let body = json!({"id": format!("{}-1", &ann.id[..30]), "content": "Hello"});
    let replies: Vec<Reply> = std::thread::scope(|scope| {
        let sends: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| send(&app, &ann, &room, &body)))
            .collect();
        sends.into_iter().map(|send| send.join().unwrap()).collect()
    });
    let made = replies.iter().filter(|reply| reply.status == 201).count();
    assert_eq!(made, 1);
    assert!(
        replies
            .iter()
            .all(|reply| matches!(reply.status, 200 | 201)),
        "{replies:?}"
    );
    assert_eq!(count(&app, &ann, &room), 1);
}

#[test]
fn all_that_is_sent_at_once_is_there_in_one_order() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    let (app, room) = (&app, room.as_str());
    std::thread::scope(|scope| {
        for (who, name) in [(&ann, "a"), (&bob, "b"), (&ann, "c"), (&bob, "d")] {
            scope.spawn(move || {
                (0..10).for_each(|n| drop(say(app, who, room, &format!("{name}{n}"))))
            });
        }
    });
    let page = ann
        .get(app, &format!("{room}?order=asc&limit=100"))
        .expect(200);
    let sent = contents(&page);
    assert_eq!(sent.iter().collect::<BTreeSet<_>>().len(), 40);
    for name in ["a", "b", "c", "d"] {
        let own: Vec<&str> = sent
            .iter()
            .copied()
            .filter(|text| text.starts_with(name))
            .collect();
        let wanted: Vec<String> = (0..10).map(|n| format!("{name}{n}")).collect();
        assert_eq!(own, wanted, "each sender's are in the order they were sent");
    }
    let shown = ann.get(app, of_conversation(room)).expect(200);
    assert_eq!(shown["lastMessageText"].as_str(), sent.last().copied());
}

#[test]
fn over_the_rate_limit_a_send_is_refused_with_when_to_try_again() {
    let Some(app) = TestApp::own()
        .variable("message_rate_per_minute", "3")
        .start()
    else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    let replies: Vec<Reply> = (0..10)
        .map(|_| send(&app, &ann, &room, &json!({"content": "x"})))
        .collect();
    let (sent, refused): (Vec<_>, Vec<_>) =
        replies.into_iter().partition(|reply| reply.status == 201);
    // The minute may have turned once in between.
    assert!((3..=6).contains(&sent.len()), "{sent:?}");
    for reply in refused {
        let wait: u64 = reply.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        reply.expect_problem(429, "rate_limited");
    }
    assert_eq!(count(&app, &ann, &room), sent.len());
    say(&app, &bob, &room, "The limit is each sender's own");
    app.advance("1m");
    say(&app, &ann, &room, "Again");
}

#[test]
fn what_is_no_body_is_refused() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let room = group(&app, &ann, &[]);
    let raw = |kind: &str, body: &[u8]| ann.call(&app, "POST", &room).raw(kind, body).send();
    raw("application/json", b"{\"content\": ").expect_problem(400, "invalid_json");
    raw("application/json", b"").expect_problem(400, "invalid_json");
    raw("application/json", b"[]").expect_problem(422, "validation_failed");
    raw("text/plain", b"Hello").expect_problem(415, "unsupported_media_type");
    let large = json!({"content": "x".repeat(300_000)}).to_string();
    raw("application/json", large.as_bytes()).expect_problem(413, "payload_too_large");
    ann.delete(&app, &room)
        .expect_problem(405, "method_not_allowed");
    assert_eq!(count(&app, &ann, &room), 0);
}
