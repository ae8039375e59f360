//! From the outbox to devices: the pushes, and their recipients.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Patch};

use crate::scene::{Scene, two};

fn header<'a>(of: &'a notification_push::web_push::transport::Outgoing, name: &str) -> &'a str {
    let found = of.headers.iter().find(|(key, _)| *key == name);
    found.map_or("", |(_, value)| value)
}

#[test]
fn a_message_arrives_as_ids_that_only_the_device_can_read() {
    let (scene, ann, bob, device) = two();
    let message = scene.message("c1", &ann, Some(&bob), &[]);
    let sent = scene.react();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].endpoint, device.endpoint);
    assert_eq!(
        device.decrypt(&sent[0].body),
        json!({"type": "message", "messageId": message, "conversationId": "c1"})
    );
    assert_eq!(header(&sent[0], "content-encoding"), "aes128gcm");
    assert_eq!(header(&sent[0], "ttl"), "259200");
    assert_eq!(header(&sent[0], "urgency"), "normal");
    assert_eq!(header(&sent[0], "topic").len(), 32);
    assert!(header(&sent[0], "authorization").starts_with("vapid t="));
    let entry = scene.entry();
    assert_eq!(entry.status, QueuedMessageStatus::Delivered);
    assert!(entry.pending_for.is_empty() && entry.processed_at.is_some());
    assert_eq!(scene.all::<Push>(), []);
    assert!(scene.only::<PushSubscription>().last_pushed_at.is_some());
    assert!(scene.react().is_empty(), "nothing happens twice");
    assert!(scene.job().is_empty());
}

#[test]
fn who_has_no_device_keeps_nobody_waiting() {
    let scene = Scene::new();
    let (ann, bob) = (scene.person(), scene.person());
    scene.member("c1", &ann);
    scene.member("c1", &bob);
    scene.message("c1", &ann, Some(&bob), &[]);
    assert!(scene.react().is_empty());
    assert_eq!(scene.entry().status, QueuedMessageStatus::Delivered);
}

#[test]
fn one_run_delivers_more_than_one_step_looks_at() {
    let scene = Scene::new();
    let (ann, bob) = (scene.person(), scene.person());
    scene.member("c1", &ann);
    scene.member("c1", &bob);
    // As many as two steps look at: the second one can't know that it is the last.
    for _ in 0..100 {
        scene.message("c1", &ann, Some(&bob), &[]);
    }
    scene.job();
    let entries = scene.all::<QueuedMessage>();
    let delivered = |entry: &&QueuedMessage| entry.status == QueuedMessageStatus::Delivered;
    assert_eq!(entries.iter().filter(delivered).count(), 100);
}

#[test]
fn in_a_group_all_active_members_are_told_but_the_sender_and_who_muted_it() {
    let scene = Scene::new();
    let people: Vec<_> = (0..5).map(|_| scene.person()).collect();
    let members: Vec<_> = people.iter().map(|p| scene.member("c1", p)).collect();
    let devices: Vec<_> = people.iter().map(|p| scene.device(p)).collect();
    let muted = Patch::new().set(ConversationMember::IS_MUTED, true);
    scene.change(&members[1], muted);
    let left = Patch::new().set(ConversationMember::STATUS, ConversationMemberStatus::Left);
    scene.change(&members[2], left);
    let owner = Patch::new().set(ConversationMember::ROLE, ConversationMemberRole::Owner);
    scene.change(&members[3], owner);
    scene.message("c1", &people[0], None, &[&people[1], &people[4]]);
    let mut sent: Vec<_> = scene.react();
    sent.sort_by(|a, b| a.endpoint.cmp(&b.endpoint));
    let to: Vec<&str> = sent.iter().map(|s| s.endpoint.as_str()).collect();
    assert_eq!(to, [devices[3].endpoint.as_str(), &devices[4].endpoint]);
    assert_eq!(header(&sent[0], "urgency"), "normal");
    assert_eq!(header(&sent[1], "urgency"), "high", "mentioned");
    assert_eq!(devices[4].decrypt(&sent[1].body)["mentioned"], true);
    assert_eq!(scene.entry().status, QueuedMessageStatus::Delivered);
}

#[test]
fn a_large_group_is_handed_on_in_bounded_commits_and_nobody_is_left_out() {
    let scene = Scene::new();
    let ann = scene.person();
    scene.member("c1", &ann);
    let mut batch = Batch::new();
    for n in 0..900 {
        let user = format!("user-{n}");
        batch = batch.insert(&ConversationMember {
            id: member_id("c1", &user),
            conversation_id: "c1".into(),
            user_id: user.clone(),
            role: if n % 7 == 0 {
                ConversationMemberRole::Admin
            } else {
                ConversationMemberRole::Member
            },
            ..ConversationMember::default()
        });
        let device =
            whisper_testkit::push::Device::new(&format!("https://fcm.googleapis.com/{n}/"));
        let keys = device.subscription()["keys"].clone();
        batch = batch.insert(&PushSubscription {
            id: format!("device-{n}"),
            user_id: user,
            session_id: None,
            endpoint: device.endpoint,
            p256dh: keys["p256dh"].as_str().unwrap().into(),
            auth: keys["auth"].as_str().unwrap().into(),
            ..PushSubscription::default()
        });
    }
    block_on(scene.edge.store().commit(batch)).unwrap();
    scene.message("c1", &ann, None, &[]);
    let sent = scene.react().into_iter();
    let mut to: Vec<String> = sent.map(|sent| sent.endpoint).collect();
    assert_eq!(scene.entry().status, QueuedMessageStatus::Delivered);
    assert_eq!(to.len(), 900, "each once");
    to.sort();
    to.dedup();
    assert_eq!(to.len(), 900);
    assert_eq!(scene.all::<FanOut>(), []);
}

#[test]
fn what_waited_into_the_night_or_beyond_a_mute_is_not_sent() {
    let muted = |scene: &Scene, membership: &str| {
        let patch = Patch::new().set(ConversationMember::IS_MUTED, true);
        scene.change(membership, patch);
    };
    for case in [
        "the switch",
        "the night",
        "the kind",
        "the conversation",
        "",
    ] {
        let (scene, ann, bob, _device) = two();
        scene.service.answer("/0", 503, "");
        scene.message("c1", &ann, Some(&bob), &[]);
        assert_eq!(scene.react().len(), 1);
        match case {
            "the switch" => scene.settings(&bob, json!({"pushEnabled": false})),
            "the night" => scene.settings(&bob, json!({"quietFrom": "00:00", "quietTo": "06:00"})),
            "the kind" => scene.settings(&bob, json!({"mutedKinds": ["message"]})),
            "the conversation" => muted(&scene, &member_id("c1", &bob.id)),
            _ => {}
        }
        scene.service.answer("/0", 201, "");
        scene.edge.advance(60_000);
        assert_eq!(scene.job().len(), usize::from(case.is_empty()), "{case}");
        assert_eq!(scene.entry().status, QueuedMessageStatus::Delivered);
        assert_eq!(scene.all::<Push>(), []);
    }
}

#[test]
fn a_message_that_is_queued_twice_is_pushed_once_and_blocks_nobody() {
    let (scene, ann, bob, _device) = two();
    scene.service.answer("/0", 403, "");
    scene.message("c1", &ann, Some(&bob), &[]);
    assert_eq!(scene.react().len(), 1);
    let entry = scene.entry();
    scene.put(&QueuedMessage {
        id: "again".into(),
        status: QueuedMessageStatus::Pending,
        processed_at: None,
        ..entry
    });
    scene.service.answer("/0", 201, "");
    scene.message("c1", &ann, Some(&bob), &[]);
    assert_eq!(scene.react().len(), 1, "the message behind it");
    let pending = Filter::eq(QueuedMessage::STATUS, QueuedMessageStatus::Pending);
    assert_eq!(scene.count(pending), 0);
}

#[test]
fn two_workers_at_once_send_each_push_once() {
    let (scene, ann, bob, _device) = two();
    for _ in 0..120 {
        scene.message("c1", &ann, Some(&bob), &[]);
    }
    let other = scene.another();
    block_on(async {
        let one = scene.edge.from_component("/internal/events", &Value::Null);
        let two = other.from_component("/internal/events", &Value::Null);
        let (one, two) = futures::join!(one, two);
        one.expect(200);
        two.expect(200);
    });
    assert_eq!(
        scene.react().len(),
        120,
        "those of both, and nothing left to do"
    );
    let open = Filter::ne(QueuedMessage::STATUS, QueuedMessageStatus::Delivered);
    assert_eq!(scene.count(open), 0);
}

#[test]
fn quiet_hours_mutes_and_the_switch_hold_pushes_back_but_not_deliveries() {
    // The clock starts at midnight UTC: 9 in the morning in Tokyo.
    for (settings, pushes) in [
        (json!({"pushEnabled": false}), 0),
        (json!({"mutedKinds": ["message"]}), 0),
        (json!({"mutedKinds": ["mention", "follow"]}), 1),
        (json!({"quietFrom": "23:00", "quietTo": "06:00"}), 0),
        (
            json!({"quietFrom": "23:00", "quietTo": "06:00", "timezone": "Asia/Tokyo"}),
            1,
        ),
        (
            json!({"quietFrom": "08:30", "quietTo": "10:00", "timezone": "Asia/Tokyo"}),
            0,
        ),
        (json!({}), 1),
    ] {
        let (scene, ann, bob, _device) = two();
        scene.settings(&bob, settings.clone());
        scene.message("c1", &ann, Some(&bob), &[]);
        assert_eq!(scene.react().len(), pushes, "{settings}");
        assert_eq!(scene.entry().status, QueuedMessageStatus::Delivered);
    }
}

#[test]
fn what_was_taken_back_or_is_for_another_account_by_now_is_not_sent() {
    let (scene, ann, bob, device) = two();
    let message = scene.message("c1", &ann, Some(&bob), &[]);
    let gone = Patch::new().set(Message::DELETED_AT, Timestamp::AT_COMMIT);
    scene.change(&message, gone);
    assert!(scene.react().is_empty());
    assert_eq!(scene.entry().status, QueuedMessageStatus::Delivered);

    scene.service.answer("/0", 503, "");
    scene.message("c1", &ann, Some(&bob), &[]);
    assert_eq!(scene.react().len(), 1);
    let path = "/v1/push/subscriptions";
    scene
        .send(
            whisper_kit::Method::POST,
            path,
            &ann.token,
            device.subscription(),
        )
        .expect(201);
    scene.edge.advance(600_000);
    let token = block_on(scene.edge.session(&ann.id));
    assert!(
        !token.is_empty() && scene.job().is_empty(),
        "bob's message is not ann's"
    );
    assert_eq!(scene.all::<Push>(), []);
}

#[test]
fn more_messages_cost_no_more_statements() {
    let count = |messages: usize| {
        let scene = Scene::new();
        let (ann, bob) = (scene.person(), scene.person());
        scene.member("c1", &ann);
        scene.member("c1", &bob);
        for _ in 0..messages {
            scene.message("c1", &ann, Some(&bob), &[]);
        }
        scene.edge.statements();
        block_on(scene.edge.from_component("/internal/events", &Value::Null)).expect(200);
        let statements = scene.edge.statements();
        let done = Filter::eq(QueuedMessage::STATUS, QueuedMessageStatus::Delivered);
        assert_eq!(scene.count(done), messages as u64);
        statements.len()
    };
    let (few, many) = (count(10), count(40));
    assert!(few == many && few <= 17, "{few} for ten, {many} for 40");
}
