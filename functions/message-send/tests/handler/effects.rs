//! The writes of a send: the message and all that goes with it, once.

use serde_json::{Value, json};
use whisper_schema::prelude::*;
use whisper_store::Patch;

use whisper_messages::testing::Scene;

/// How many documents each collection that a send writes has.
fn counts(scene: &Scene) -> [usize; 5] {
    [
        scene.all::<Message>().len(),
        scene.all::<QueuedMessage>().len(),
        scene.all::<UserActivity>().len(),
        scene.all::<Event>().len(),
        scene.all::<Poll>().len(),
    ]
}

#[test]
fn a_message_its_summary_delivery_activity_and_event_are_one_commit() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let talk = scene.direct(&ann, &bob);
    let changed = Timestamp::from_millis(7);
    let patch = Patch::<Conversation>::new().set(Conversation::UPDATED_AT, changed);
    scene.change(&talk, patch);
    let answer = scene.send(
        &ann,
        &talk,
        &json!({"id": "m-1", "content": "Hello Bob", "mentions": [bob.id]}),
    );
    let location = answer.response.headers()["location"]
        .to_str()
        .unwrap()
        .to_owned();
    let sent = answer.expect(201);
    assert_eq!(location, format!("/v1/conversations/{talk}/messages/m-1"));
    assert_eq!(sent["status"], "sent");
    let at: Timestamp = sent["createdAt"].as_str().unwrap().parse().unwrap();

    let message: Message = scene.get("m-1");
    assert_eq!(
        (message.created_at, message.sender_id.as_str()),
        (Some(at), ann.id.as_str())
    );
    let conversation: Conversation = scene.get(&talk);
    assert_eq!(conversation.last_message_id.as_deref(), Some("m-1"));
    assert_eq!(conversation.last_message_text.as_deref(), Some("Hello Bob"));
    assert_eq!(conversation.last_message_sender_id, Some(ann.id.clone()));
    assert_eq!(
        (conversation.last_message_at, conversation.updated_at),
        (Some(at), Some(changed)),
        "a new message is no change of its details"
    );
    let queued = &scene.all::<QueuedMessage>()[0];
    assert_eq!(
        (queued.message_id.as_str(), queued.created_at),
        ("m-1", Some(at))
    );
    assert_eq!(
        (&queued.recipient_ids, &queued.pending_for),
        (&vec![bob.id.clone()], &vec![bob.id.clone()])
    );
    assert_eq!(queued.status, QueuedMessageStatus::Pending);
    let activity = &scene.all::<UserActivity>()[0];
    assert_eq!(
        (activity.activity_type, activity.timestamp),
        (UserActivityType::MessageSent, at)
    );
    assert_eq!(activity.user_id, ann.id);
    let event = &scene.all::<Event>()[0];
    assert_eq!(
        (event.kind.as_str(), event.subject.as_str()),
        ("message.sent", "m-1")
    );
    assert!(
        !event.payload.contains("Hello"),
        "an event carries no contents"
    );
    assert_eq!(counts(&scene), [1, 1, 1, 1, 0]);
}

#[test]
fn the_recipients_of_a_group_are_left_to_the_delivery() {
    let scene = crate::scene();
    let (ann, bob, cat) = (scene.person(), scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob, &cat]);
    scene.say(&ann, &group, "All");
    let queued = &scene.all::<QueuedMessage>()[0];
    assert!(queued.recipient_ids.is_empty() && queued.pending_for.is_empty());
}

#[test]
fn a_poll_gets_its_own_document() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    let body = json!({"contentType": "poll", "content": "Where?", "metadata": {"options": ["Here", "There"], "allowMultiple": true}});
    let sent = scene.send(&ann, &group, &body).expect(201);
    let poll: Poll = scene.get(sent["metadata"]["pollId"].as_str().unwrap());
    assert_eq!(
        (poll.question.as_str(), poll.options.as_str()),
        ("Where?", r#"["Here","There"]"#)
    );
    assert_eq!(poll.message_id.as_deref(), sent["id"].as_str());
    assert_eq!(
        (poll.allow_multiple, poll.is_anonymous, poll.total_votes),
        (true, false, 0)
    );
    assert_eq!(counts(&scene), [1, 1, 1, 1, 1]);
}

#[test]
fn an_encrypted_conversation_shows_nothing_of_what_is_said() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    scene.say(&ann, &group, "Open");
    scene.change(
        &group,
        Patch::<Conversation>::new().set(Conversation::IS_ENCRYPTED, true),
    );
    let sent = scene
        .send(&ann, &group, &json!({"content": "c2VjcmV0"}))
        .expect(201);
    assert_eq!(sent["plainText"], Value::Null);
    let conversation: Conversation = scene.get(&group);
    assert_eq!(
        conversation.last_message_text, None,
        "the former text is gone as well"
    );
    assert_eq!(conversation.last_message_id.as_deref(), sent["id"].as_str());
}

#[test]
fn a_preview_is_the_beginning_or_the_kind() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    for (body, preview) in [
        (json!({"content": "é".repeat(400)}), "é".repeat(300)),
        (
            json!({"contentType": "image", "mediaUrls": ["https://a.example/f"], "content": "Caption"}),
            "Caption".into(),
        ),
        (
            json!({"contentType": "image", "mediaUrls": ["https://a.example/f"]}),
            "[image]".into(),
        ),
    ] {
        assert_eq!(
            scene.send(&ann, &group, &body).expect(201)["plainText"],
            preview
        );
        assert_eq!(
            scene.get::<Conversation>(&group).last_message_text,
            Some(preview)
        );
    }
}

#[test]
fn sent_again_with_the_same_id_and_body_it_is_the_same_message() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    for body in [
        json!({"id": "t", "content": "Hello"}),
        json!({"id": "p", "contentType": "poll", "content": "Q", "metadata": {"options": ["a", "b"]}}),
        json!({"id": "l", "contentType": "location", "metadata": {"latitude": 47.123456789012345, "longitude": 0.1}}),
    ] {
        let first = scene.send(&ann, &group, &body);
        assert!(
            !first
                .response
                .headers()
                .contains_key("idempotency-replayed")
        );
        let first = first.expect(201);
        let before = counts(&scene);
        scene.edge.advance(200_000);
        let again = scene.send(&ann, &group, &body);
        assert_eq!(again.response.headers()["idempotency-replayed"], "true");
        assert_eq!(again.expect(200), first);
        assert_eq!(counts(&scene), before);
    }
}

#[test]
fn an_id_means_one_message() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let (group, other) = (scene.group(&[&ann, &bob]), scene.group(&[&ann, &bob]));
    let body = json!({"id": "m", "content": "Hello"});
    scene.send(&ann, &group, &body).expect(201);
    let before = counts(&scene);
    scene
        .send(&ann, &group, &json!({"id": "m", "content": "Other"}))
        .expect_problem(409, "message_id_taken");
    scene
        .send(&ann, &other, &body)
        .expect_problem(409, "message_id_taken");
    scene
        .send(&bob, &group, &body)
        .expect_problem(409, "message_id_taken");
    assert_eq!(counts(&scene), before);
}

#[test]
fn an_idempotency_key_stands_for_an_id() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    let body = json!({"content": "Hello"});
    let first = scene.send_keyed(&ann, &group, "key 1", &body);
    first.expect_problem(400, "invalid_header");
    let first = scene.send_keyed(&ann, &group, "key-1", &body).expect(201);
    assert_eq!(
        scene.send_keyed(&ann, &group, "key-1", &body).expect(200),
        first
    );
    let other = json!({"content": "Other"});
    scene
        .send_keyed(&ann, &group, "key-1", &other)
        .expect_problem(422, "idempotency_key_reused");
    let of_bob = scene.send_keyed(&bob, &group, "key-1", &body).expect(201);
    assert_ne!(of_bob["id"], first["id"], "a key is its sender's own");
    assert_eq!(counts(&scene)[0], 2);
}

#[test]
fn a_retry_is_answered_though_its_time_has_passed() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    let until = scene.edge.ctx().now().plus(5_000);
    let body = json!({"id": "m", "content": "Soon gone", "expiresAt": until});
    scene.send(&ann, &group, &body).expect(201);
    scene.edge.advance(10_000);
    scene.send(&ann, &group, &body).expect(200);
}

#[test]
fn two_at_once_with_one_id_are_one_message() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    let statuses = |one: &Value, other: &Value| {
        let (one, other) = scene.send_both(&ann, &group, one, other);
        let mut statuses = [one, other].map(|answer| answer.response.status().as_u16());
        statuses.sort_unstable();
        statuses
    };
    let body = json!({"id": "m", "content": "Hello"});
    assert_eq!(statuses(&body, &body), [200, 201]);
    let (one, other) = (
        json!({"id": "n", "content": "One"}),
        json!({"id": "n", "content": "Other"}),
    );
    assert_eq!(statuses(&one, &other), [201, 409]);
    assert_eq!(counts(&scene), [2, 2, 2, 2, 0]);
}
