//! Messages that disappear: by the conversation's timer, by their own end, and those that can be viewed once.

use serde_json::{Value, json};
use whisper_messages::testing::{Person, Scene, fields};
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::desk::Desk;

const DAY: i64 = 24 * 3_600_000;

fn set_timer(scene: &Scene, conversation: &str, seconds: i64) {
    let settings = json!({ "messageTimerSeconds": seconds }).to_string();
    let patch = Patch::<Conversation>::new().set(Conversation::SETTINGS, settings);
    scene.change(conversation, patch);
}

/// When a message ends, in milliseconds from now.
fn life(scene: &Scene, message: &Value) -> Option<i64> {
    let end: Timestamp = serde_json::from_value(message.get("expiresAt")?.clone()).unwrap();
    Some(end.since(scene.edge.ctx().now()))
}

#[test]
fn what_is_sent_while_there_is_a_timer_ends_by_it() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    let send = |more: Value| {
        let mut body = json!({"content": "x"});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        life(&scene, &scene.send(&ann, &group, &body).expect(201))
    };
    assert_eq!(send(json!({})), None);
    set_timer(&scene, &group, 60);
    let at = |millis: i64| json!({"expiresAt": scene.edge.ctx().now().plus(millis)});
    assert_eq!(send(json!({})), Some(60_000));
    assert_eq!(send(at(5_000)), Some(5_000), "a shorter end is kept");
    assert_eq!(send(at(90_000)), Some(60_000), "a longer one is cut");
    set_timer(&scene, &group, 0);
    assert_eq!(send(json!({})), None);
    assert_eq!(send(at(90_000)), Some(90_000));
    let ends = scene.all::<MessageExpiry>();
    assert_eq!(ends.len(), 4);
    let answers = scene.read(&ann, &group, "").expect(200);
    assert_eq!(answers["items"].as_array().unwrap().len(), 6);
    scene.edge.advance(60_000);
    let answers = scene.read(&ann, &group, "").expect(200);
    assert_eq!(answers["items"].as_array().unwrap().len(), 3);
}

#[test]
fn a_retry_is_known_though_the_timer_brought_the_end_nearer() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    set_timer(&scene, &group, 60);
    let plain = json!({"id": "m1", "content": "x"});
    let long = json!({"id": "m2", "content": "x", "expiresAt": scene.edge.ctx().now().plus(DAY)});
    for body in [plain, long] {
        let first = scene.send(&ann, &group, &body).expect(201);
        scene.edge.advance(1_000);
        assert_eq!(
            scene.send(&ann, &group, &body).expect(200)["id"],
            first["id"]
        );
    }
    assert_eq!(scene.all::<Message>().len(), 2);
}

#[test]
fn the_timer_of_the_time_of_sending_counts_for_a_scheduled_message() {
    let desk = Desk::new();
    let ann = desk.scene.person();
    let group = desk.scene.group(&[&ann]);
    let id = desk.say_later(&ann, &group, "Later");
    set_timer(&desk.scene, &group, 60);
    desk.later(3_600_000, &ann);
    assert_eq!(desk.run(), 1);
    let sent: Message = desk.scene.get(&id);
    let life = sent.expires_at.unwrap().since(sent.created_at.unwrap());
    assert!((59_000..=60_000).contains(&life), "{life}");
}

/// A picture that can be viewed once.
fn picture() -> Value {
    json!({
        "contentType": "image", "content": "A caption", "mediaUrls": ["https://cdn.example/1"], "mediaFileIds": ["f"],
        "thumbnailUrl": "https://cdn.example/2", "thumbnailFileId": "t", "links": ["https://a.example"],
        "metadata": {"width": 640, "viewOnce": true},
    })
}

/// The files that it names.
fn files(scene: &Scene, who: &Person) {
    for id in ["f", "t"] {
        scene.file(who, id, FileBucket::Messages);
    }
}

/// Nothing of the picture stands in an answer.
#[track_caller]
fn shows_nothing(answer: &Value) {
    let text = answer.to_string();
    for part in [
        "A caption",
        "cdn.example",
        "a.example",
        "640",
        "\"f\"",
        "\"t\"",
    ] {
        assert!(!text.contains(part), "{part}: {answer}");
    }
}

#[test]
fn a_message_that_can_be_viewed_once_shows_nothing_of_itself_anywhere() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let talk = scene.direct(&ann, &bob);
    files(&scene, &ann);
    let mut body = picture();
    body["id"] = json!("m1");
    let sent = scene.send(&ann, &talk, &body).expect(201);
    shows_nothing(&sent);
    assert_eq!(
        (&sent["viewOnce"]["isOpened"], &sent["plainText"]),
        (&json!(false), &json!("[image]"))
    );
    assert_eq!(sent["metadata"], json!({"viewOnce": true}));
    assert_eq!(life(&scene, &sent), Some(14 * DAY));
    shows_nothing(&scene.send(&ann, &talk, &body).expect(200));
    for who in [&ann, &bob] {
        shows_nothing(&scene.read(who, &talk, "").expect(200));
        shows_nothing(&scene.read(who, &talk, "/m1").expect(200));
    }
    let conversation: Conversation = scene.get(&talk);
    assert_eq!(conversation.last_message_text.as_deref(), Some("[image]"));
    let kept: Message = scene.get("m1");
    assert_eq!(kept.content, "A caption", "for those who open it");
    let short = scene.edge.ctx().now().plus(DAY);
    let mut body = picture();
    body["expiresAt"] = json!(short);
    let sent = scene.send(&ann, &talk, &body).expect(201);
    assert_eq!(life(&scene, &sent), Some(DAY), "an earlier end is kept");
    body["expiresAt"] = Value::Null;
    body["metadata"]["viewOnce"] = json!(false);
    let ordinary = scene.send(&ann, &talk, &body).expect(201);
    assert_eq!(
        (&ordinary["content"], ordinary.get("viewOnce")),
        (&json!("A caption"), None)
    );
}

#[test]
fn it_is_answered_but_not_copied() {
    let scene = crate::scene();
    let (ann, bob): (Person, Person) = (scene.person(), scene.person());
    let talk = scene.direct(&ann, &bob);
    files(&scene, &ann);
    let id = scene.send(&ann, &talk, &picture()).expect(201)["id"].clone();
    for more in [json!({}), json!({"content": "Look"})] {
        let mut copy = json!({"contentType": "forward", "forwardedFromMessageId": id, "forwardedFromConversationId": talk});
        copy.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        for who in [&ann, &bob] {
            assert_eq!(
                fields(scene.send(who, &talk, &copy)),
                ["forwardedFromMessageId:reference"]
            );
        }
    }
    let answer = json!({"contentType": "reply", "content": "Nice", "replyToMessageId": id});
    scene.send(&bob, &talk, &answer).expect(201);
}

#[test]
fn nothing_but_media_can_be_viewed_once() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    let text = json!({"content": "x", "metadata": {"viewOnce": true}});
    assert_eq!(
        fields(scene.send(&ann, &group, &text)),
        ["metadata.viewOnce:unknown"]
    );
    scene.file(&ann, "f", FileBucket::Voice);
    let voice = json!({"contentType": "voice", "mediaFileIds": ["f"], "metadata": {"durationMs": 5, "viewOnce": true}});
    let sent = scene.send(&ann, &group, &voice).expect(201);
    assert_eq!(sent["mediaFileIds"], json!([]));
}
