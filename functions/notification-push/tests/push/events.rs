//! From events to the inbox and to devices.

use serde_json::json;
use whisper_kit::Method;
use whisper_messages::ids::mention_id;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Patch};

use crate::scene::{Person, two};

#[test]
fn a_reaction_and_a_follow_are_told_once_in_the_inbox_and_on_the_device() {
    let (scene, ann, bob, device) = two();
    for _ in 0..2 {
        scene.reacted(&ann, &bob);
        scene.follow(&ann, &bob);
    }
    let sent = scene.react();
    let mut told: Vec<_> = sent.iter().map(|s| device.decrypt(&s.body)).collect();
    told.sort_by_key(|told| told["type"].to_string());
    let inbox = scene.get(&bob, "/v1/notifications");
    let items = inbox["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    let of = |kind: &str| items.iter().find(|n| n["type"] == kind).unwrap();
    assert_eq!(of("follow")["title"], "ann follows you");
    assert_eq!(of("follow")["metadata"], json!({"userId": ann.id}));
    assert_eq!(
        told,
        [
            json!({"type": "follow", "notificationId": of("follow")["id"], "userId": ann.id}),
            json!({"type": "story_reaction", "notificationId": of("story_reaction")["id"], "storyId": "s1", "userId": ann.id}),
        ]
    );
    scene.reacted(&ann, &bob);
    assert!(scene.react().is_empty(), "again is not news");
}

#[test]
fn a_request_to_be_contacts_is_told_once_and_rings_while_it_waits() {
    let (scene, ann, bob, device) = two();
    for _ in 0..2 {
        scene.asked(&ann, &bob, ContactRequestStatus::Pending);
    }
    let sent = scene.react();
    let told: Vec<_> = sent.iter().map(|s| device.decrypt(&s.body)).collect();
    let inbox = scene.get(&bob, "/v1/notifications");
    assert_eq!(inbox["items"].as_array().unwrap().len(), 1, "{inbox}");
    let item = &inbox["items"][0];
    assert_eq!(item["title"], "ann wants to be your contact");
    let request = whisper_people::contact_request_id(&ann.id, &bob.id);
    assert_eq!(
        told,
        [
            json!({"type": "system", "notificationId": item["id"], "userId": ann.id, "contactRequestId": request})
        ]
    );
}

#[test]
fn a_request_that_was_answered_rings_no_more() {
    for status in [
        ContactRequestStatus::Declined,
        ContactRequestStatus::Withdrawn,
    ] {
        let (scene, ann, bob, _) = two();
        scene.asked(&ann, &bob, status);
        assert!(scene.react().is_empty(), "{status}");
    }
    let (scene, ann, bob, _) = two();
    scene.asked(&ann, &bob, ContactRequestStatus::Pending);
    scene.block(&bob, &ann);
    assert!(scene.react().is_empty(), "of somebody who is blocked");
    let inbox = scene.get(&bob, "/v1/notifications");
    assert_eq!(inbox["items"], json!([]));
}

#[test]
fn a_message_s_author_is_told_of_a_reaction_once() {
    let (scene, ann, bob, device) = two();
    scene.reacted_to_message(&bob, &bob);
    assert!(scene.react().is_empty(), "nobody hears of themselves");
    for _ in 0..2 {
        scene.reacted_to_message(&ann, &bob);
    }
    let sent = scene.react();
    let told: Vec<_> = sent.iter().map(|s| device.decrypt(&s.body)).collect();
    let inbox = scene.get(&bob, "/v1/notifications");
    let item = &inbox["items"][0];
    assert_eq!(
        (&item["type"], &item["title"]),
        (&json!("like"), &json!("ann reacted to your message"))
    );
    let reaction = whisper_messages::reaction_id("m1", &ann.id, "👍");
    assert_eq!(
        told,
        [
            json!({"type": "like", "notificationId": item["id"], "messageId": "m1", "conversationId": "c1", "userId": ann.id, "reactionId": reaction})
        ]
    );
    // A reaction that the message's author may not see any more goes from the inbox too.
    scene.block(&bob, &ann);
    assert_eq!(scene.get(&bob, "/v1/notifications")["items"], json!([]));
}

#[test]
fn mentions_stand_in_the_inbox_of_members_alone() {
    let (scene, ann, bob, _device) = two();
    let stranger = scene.person();
    scene.message("c1", &ann, Some(&bob), &[&bob, &stranger, &ann]);
    assert_eq!(scene.react().len(), 1, "the message's own push");
    let notification = scene.only::<Notification>();
    assert_eq!(
        (notification.user_id, notification.kind),
        (bob.id, NotificationKind::Mention)
    );
}

#[test]
fn an_edit_tells_those_whom_it_mentions_anew_by_the_same_rule() {
    let (scene, ann, bob, _device) = two();
    let message = scene.message("c1", &ann, Some(&bob), &[&bob]);
    let edited = |mentioned: &[&Person]| {
        let mentioned: Vec<&str> = mentioned.iter().map(|who| who.id.as_str()).collect();
        let payload = json!({"conversationId": "c1", "mentioned": mentioned});
        scene.event("message.edited", &message, &ann, &payload);
        scene.react()
    };
    // The message's own push tells of the first mention; with an edit that mentions nobody anew there is none.
    assert_eq!(edited(&[]).len(), 1);
    let gone = Batch::new().delete::<Notification>(&mention_id(&message, &bob.id));
    futures::executor::block_on(scene.edge.store().commit(gone)).unwrap();
    let pushes = edited(&[&bob, &scene.person()]);
    assert_eq!(pushes.len(), 1);
    let notification = scene.only::<Notification>();
    let told = (notification.user_id.as_str(), notification.kind);
    assert_eq!(told, (bob.id.as_str(), NotificationKind::Mention));
    assert_eq!(edited(&[&bob]).len(), 0, "it is told once");
}

#[test]
fn nobody_hears_of_themselves_or_of_whom_a_block_parts_them_from() {
    let (scene, ann, bob, _device) = two();
    scene.reacted(&bob, &bob);
    scene.block(&bob, &ann);
    scene.reacted(&ann, &bob);
    scene.follow(&bob, &ann);
    assert!(scene.react().is_empty());
    assert_eq!(scene.all::<Notification>(), []);
}

#[test]
fn what_another_function_put_into_the_inbox_is_pushed() {
    let (scene, ann, bob, device) = two();
    scene.put(&Notification {
        id: "n1".into(),
        user_id: bob.id.clone(),
        kind: NotificationKind::System,
        title: "You reached level 2".into(),
        metadata: Some(json!({"level": 2}).to_string()),
        ..Notification::default()
    });
    scene.event(
        "notification.created",
        "n1",
        &bob,
        &json!({"notificationId": "n1", "type": "system"}),
    );
    scene.event("notification.created", "gone", &ann, &json!({}));
    let sent = scene.react();
    assert_eq!(sent.len(), 1);
    assert_eq!(
        device.decrypt(&sent[0].body),
        json!({"type": "system", "notificationId": "n1"})
    );
}

#[test]
fn in_quiet_hours_only_what_is_urgent_is_pushed() {
    let (scene, ann, bob, _device) = two();
    scene.settings(&bob, json!({"quietFrom": "23:00", "quietTo": "06:00"}));
    scene.follow(&ann, &bob);
    assert!(scene.react().is_empty());
    assert_eq!(scene.all::<Notification>().len(), 1, "the inbox has it");
    scene.put(&Notification {
        id: "n1".into(),
        user_id: bob.id.clone(),
        kind: NotificationKind::System,
        title: "Fire".into(),
        priority: NotificationPriority::Urgent,
        ..Notification::default()
    });
    scene.event("notification.created", "n1", &bob, &json!({}));
    assert_eq!(scene.react().len(), 1);
}

#[test]
fn many_at_once_are_all_told() {
    let (scene, _ann, bob, _device) = two();
    for _ in 0..19 {
        scene.device(&bob);
    }
    for _ in 0..30 {
        scene.follow(&scene.person(), &bob);
    }
    assert_eq!(
        scene.react().len(),
        600,
        "30 times 20 devices, over several commits"
    );
    assert_eq!(scene.all::<Notification>().len(), 30);
}

#[test]
fn nobody_but_a_component_wakes_it() {
    let (scene, ann, _, _) = two();
    for token in ["", ann.token.as_str(), crate::scene::OPERATOR] {
        scene
            .send(Method::POST, "/internal/events", token, json!({}))
            .expect_problem(404, "route_not_found");
    }
}

#[test]
fn however_many_are_known_already_the_others_are_told() {
    let (scene, ann, ..) = two();
    let members: Vec<Person> = (0..100)
        .map(|n| Person {
            id: format!("member-{n}"),
            token: String::new(),
        })
        .collect();
    for member in &members {
        scene.member("c1", member);
    }
    let mentioned: Vec<&Person> = members.iter().collect();
    for _ in 0..11 {
        scene.message("c1", &ann, Some(&ann), &mentioned);
    }
    scene.react();
    let told = scene.all::<Notification>();
    assert_eq!(told.len(), 1100);
    // As after a restored cursor: all of them again, of which ten are not there.
    let ids = told[..10].iter().map(|n| n.id.as_str());
    let gone = Filter::<Notification>::is_in(Column::id(), ids);
    let back = Patch::<ConsumerCursor>::new().set(ConsumerCursor::POSITION, 0);
    let batch = Batch::new()
        .delete_where(gone, 10)
        .update("notifications", back);
    futures::executor::block_on(scene.edge.store().commit(batch)).unwrap();
    scene.react();
    assert_eq!(scene.all::<Notification>().len(), 1100);
}

#[test]
fn a_mention_in_a_channel_that_does_not_sign_is_the_channels() {
    let (scene, _, bob, _device) = two();
    scene.member("c2", &bob);
    let channel = Conversation {
        id: "c2".into(),
        kind: ConversationKind::Channel,
        name: Some("News".into()),
        ..Conversation::default()
    };
    let made = Batch::new().upsert(&channel);
    futures::executor::block_on(scene.edge.store().commit(made)).unwrap();
    let voice = Person {
        id: "c2".into(),
        token: String::new(),
    };
    scene.message("c2", &voice, None, &[&bob]);
    scene.react();
    let inbox = scene.get(&bob, "/v1/notifications");
    let item = &inbox["items"][0];
    assert_eq!(
        (&item["type"], &item["title"]),
        (&json!("mention"), &json!("News mentioned you"))
    );
    assert_eq!(item["metadata"].get("userId"), None);
    assert_eq!(inbox["users"], json!({}));
}
