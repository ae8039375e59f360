//! Receipts: messages that arrived and were read, and the people who are told.

use super::{conversation_of, direct, group, of_conversation, say};
use whisper_testkit::{Person, TestApp, Value, json};

/// Acknowledges messages that arrived; gives the conversations in which it counts.
fn receive(app: &TestApp, who: &Person, messages: &[(&str, &str)]) -> Value {
    let named = messages.iter().map(
        |(room, message)| json!({"conversationId": conversation_of(room), "messageId": message}),
    );
    let body = json!({"messages": named.collect::<Vec<_>>()});
    let answer = who.post(app, "/v1/conversations/delivered", &body);
    answer.expect(200)["conversationIds"].clone()
}

fn read(app: &TestApp, who: &Person, room: &str) {
    let path = format!("{}/read", of_conversation(room));
    who.post(app, &path, &json!({})).expect(200);
}

/// The status of a message in the history and alone, which agree.
fn status(app: &TestApp, who: &Person, room: &str, message: &str) -> Value {
    let one = who.get(app, &format!("{room}/{message}")).expect(200);
    let page = who.get(app, &format!("{room}?limit=100")).expect(200);
    let items = page["items"].as_array().unwrap();
    let listed = items.iter().find(|item| item["id"] == message).unwrap();
    assert_eq!(listed["status"], one["status"]);
    one["status"].clone()
}

#[test]
fn a_message_is_sent_delivered_and_read() {
    let app = TestApp::start();
    let (ann, bob, cat) = (app.person("ann"), app.person("bob"), app.person("cat"));
    let (talk, room) = (direct(&app, &bob, &ann), group(&app, &ann, &[&bob, &cat]));
    // Ann answers, so Bob's is no request.
    let (of_talk, of_room) = (say(&app, &ann, &talk, "1"), say(&app, &ann, &room, "2"));
    let both = || {
        [(&talk, &of_talk), (&room, &of_room)].map(|(at, message)| status(&app, &ann, at, message))
    };
    assert_eq!(both(), ["sent", "sent"]);
    let reached = receive(&app, &bob, &[(&talk, &of_talk), (&room, &of_room)]);
    assert_eq!(reached.as_array().unwrap().len(), 2);
    assert_eq!(both(), ["delivered", "sent"], "Cat hasn't got it");
    receive(&app, &cat, &[(&room, &of_room)]);
    assert_eq!(both(), ["delivered", "delivered"]);
    read(&app, &bob, &talk);
    read(&app, &bob, &room);
    assert_eq!(both(), ["read", "delivered"]);
    read(&app, &cat, &room);
    assert_eq!(both(), ["read", "read"]);
    // Nothing is told of others' conversations.
    let eve = app.person("eve");
    assert_eq!(receive(&app, &eve, &[(&room, &of_room)]), json!([]));
}

#[test]
fn the_sender_is_told_who_received_and_read_it_and_members_carry_it() {
    let app = TestApp::start();
    let (ann, bob, cat) = (app.person("ann"), app.person("bob"), app.person("cat"));
    let room = group(&app, &ann, &[&bob, &cat]);
    let message = say(&app, &ann, &room, "1");
    receive(&app, &cat, &[(&room, &message)]);
    read(&app, &bob, &room);
    let receipts = format!("{room}/{message}/receipts");
    let page = ann.get(&app, &receipts).expect(200);
    assert_eq!(page["items"][0]["userId"], bob.id);
    assert!(page["items"][0]["readAt"].is_string() && page["items"][0]["deliveredAt"].is_string());
    assert_eq!(page["users"][&bob.id]["id"], bob.id);
    assert_eq!(
        (&page["readCount"], &page["deliveredCount"]),
        (&json!(1), &json!(2))
    );
    let others = ann
        .get(&app, &format!("{receipts}?state=delivered"))
        .expect(200);
    assert_eq!(others["items"][0]["userId"], cat.id);
    bob.get(&app, &receipts).expect_problem(403, "forbidden");
    app.person("eve")
        .get(&app, &receipts)
        .expect_problem(404, "not_found");
    let members = ann
        .get(&app, &format!("{}/members", of_conversation(&room)))
        .expect(200);
    let members = members["items"].as_array().unwrap();
    let of = |who: &Person| {
        members
            .iter()
            .find(|member| member["userId"] == who.id)
            .unwrap()
    };
    assert_eq!(of(&cat)["deliveredMessageId"], message.as_str());
    assert_eq!(of(&cat)["readMessageId"], Value::Null);
}

#[test]
fn whoever_turns_read_receipts_off_tells_nobody_and_is_not_told() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    let off = json!({"privacySettings": {"readReceipts": "nobody"}});
    bob.call(&app, "PATCH", "/v1/me")
        .header("if-match", "*")
        .json(&off)
        .send()
        .expect(200);
    let (of_ann, of_bob) = (say(&app, &ann, &room, "1"), say(&app, &bob, &room, "2"));
    read(&app, &ann, &room);
    read(&app, &bob, &room);
    assert_eq!(status(&app, &ann, &room, &of_ann), "delivered");
    assert_eq!(status(&app, &bob, &room, &of_bob), "delivered");
    for (who, message) in [(&ann, &of_ann), (&bob, &of_bob)] {
        let page = who
            .get(&app, &format!("{room}/{message}/receipts"))
            .expect(200);
        assert_eq!(
            (&page["items"], &page["readCount"]),
            (&json!([]), &json!(0))
        );
    }
    // Bob's own unread count is 0 all the same.
    let seen = bob.get(&app, of_conversation(&room)).expect(200);
    assert_eq!(seen["my"]["unreadCount"], 0);
}
