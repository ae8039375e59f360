//! The silence: pushes about messages wait for users who see them come in.

use serde_json::Value;
use whisper_kit::Method;
use whisper_kit::ids::derived_id;
use whisper_people::PRESENCE_GRACE;
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::scene::{Person, Scene, two};

/// How long a device with a stream counts from when it was kept up, in milliseconds.
pub const KEPT: i64 = 45_000;

/// A device of somebody's with a word that counts for so long.
pub fn at_device(scene: &Scene, who: &str, status: DeviceStatus, counts: i64) {
    let now = scene.edge.ctx().now();
    scene.put(&PresenceDevice {
        id: derived_id(&["presence device", who, status.as_str()]),
        user_id: who.to_owned(),
        status,
        device: None,
        counts_until: now.plus(counts),
        expires_at: now.plus(86_400_000),
    });
}

/// Somebody has read the conversation.
fn reads(scene: &Scene, who: &Person) {
    let read = Patch::new().set(ConversationMember::READ_POSITION, 1);
    scene.change(&member_id("c1", &who.id), read);
}

/// How many pushes an operator sees waiting.
fn waiting(scene: &Scene) -> usize {
    let pushes = scene.all::<Push>();
    let untouched = |push: &&Push| push.status == PushStatus::Pending && push.attempts == 0;
    pushes.iter().filter(untouched).count()
}

#[test]
fn a_user_with_a_stream_has_ten_seconds_to_read_before_a_push_comes() {
    let (scene, ann, bob, device) = two();
    at_device(&scene, &bob.id, DeviceStatus::Online, KEPT);
    scene.message("c1", &ann, Some(&bob), &[]);
    assert!(scene.react().is_empty());
    assert_eq!(scene.entry().status, QueuedMessageStatus::Processing);
    scene.edge.advance(9_999);
    assert!(scene.react().is_empty() && scene.job().is_empty());
    assert_eq!(waiting(&scene), 1);
    scene.edge.advance(1);
    // However long the stream stays open.
    at_device(&scene, &bob.id, DeviceStatus::Online, KEPT);
    let sent = scene.react();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].endpoint, device.endpoint);
    assert_eq!(scene.entry().status, QueuedMessageStatus::Delivered);
}

#[test]
fn what_was_read_in_that_time_is_not_pushed_at_all() {
    let (scene, ann, bob, _device) = two();
    at_device(&scene, &bob.id, DeviceStatus::Online, KEPT);
    scene.message("c1", &ann, Some(&bob), &[&bob]);
    assert!(scene.react().is_empty());
    reads(&scene, &bob);
    scene.edge.advance(10_000);
    assert!(scene.react().is_empty());
    assert_eq!(scene.all::<Push>(), []);
    assert_eq!(scene.entry().status, QueuedMessageStatus::Delivered);
}

#[test]
fn the_sender_of_pushes_sees_to_it_without_the_schedule() {
    let (scene, ann, bob, _device) = two();
    at_device(&scene, &bob.id, DeviceStatus::Online, KEPT);
    scene.message("c1", &ann, Some(&bob), &[]);
    assert!(scene.react().is_empty());
    // Here the wait doesn't take any time, and its end and the sending are part of the next requests.
    let requests = || {
        for _ in 0..6 {
            scene.get(&bob, "/v1/notifications");
        }
        scene.service.take().len()
    };
    assert_eq!(requests(), 0);
    scene.edge.advance(10_000);
    assert_eq!(requests(), 1);
    assert_eq!(scene.all::<Push>(), []);
}

#[test]
fn a_device_is_in_the_foreground_while_a_stream_keeps_it_up_and_unless_it_says_away() {
    use DeviceStatus::{Away, Busy, Invisible, Online};
    let cases: [(&[(DeviceStatus, i64)], usize); 9] = [
        (&[], 1),
        (&[(Online, KEPT)], 0),
        (&[(Busy, KEPT)], 0),
        (&[(Invisible, KEPT)], 0),
        (&[(Away, KEPT)], 1),
        (&[(Away, KEPT), (Online, KEPT)], 0),
        (&[(Online, PRESENCE_GRACE + 1)], 0),
        // The last stream ended, or its end wasn't noted as the server broke down.
        (&[(Online, PRESENCE_GRACE)], 1),
        (&[(Online, -1)], 1),
    ];
    for (devices, pushed) in cases {
        let (scene, ann, bob, _device) = two();
        at_device(&scene, &ann.id, Online, KEPT);
        for (status, counts) in devices {
            at_device(&scene, &bob.id, *status, *counts);
        }
        scene.message("c1", &ann, Some(&bob), &[]);
        assert_eq!(scene.react().len(), pushed, "{devices:?}");
        assert_eq!(waiting(&scene), 1 - pushed, "{devices:?}");
    }
}

#[test]
fn a_profile_that_hides_its_user_does_not_matter() {
    let (scene, ann, bob, _device) = two();
    let invisible = Patch::new().set(Profile::STATUS, ProfileStatus::Invisible);
    scene.change(&bob.id, invisible);
    at_device(&scene, &bob.id, DeviceStatus::Online, KEPT);
    scene.message("c1", &ann, Some(&bob), &[]);
    assert!(scene.react().is_empty());
    scene.edge.advance(10_000);
    assert_eq!(scene.react().len(), 1);
}

#[test]
fn in_a_group_all_devices_of_the_one_who_is_there_wait_and_nobody_elses() {
    let scene = Scene::new();
    let people = [scene.person(), scene.person(), scene.person()];
    for person in &people {
        scene.member("c1", person);
    }
    let [ann, bob, cid] = &people;
    let bobs = [scene.device(bob), scene.device(bob)];
    let cids = scene.device(cid);
    at_device(&scene, &bob.id, DeviceStatus::Online, KEPT);
    scene.message("c1", ann, None, &[]);
    let at_once = scene.react();
    assert_eq!(at_once.len(), 1);
    assert_eq!(at_once[0].endpoint, cids.endpoint);
    scene.edge.advance(10_000);
    let mut later: Vec<String> = scene.react().into_iter().map(|s| s.endpoint).collect();
    later.sort_unstable();
    assert_eq!(later, bobs.map(|device| device.endpoint));
}

#[test]
fn the_time_counts_from_the_message_and_not_from_its_delivery() {
    let (scene, ann, bob, _device) = two();
    at_device(&scene, &bob.id, DeviceStatus::Online, 2 * KEPT);
    scene.message("c1", &ann, Some(&bob), &[]);
    scene.edge.advance(4_000);
    assert!(scene.react().is_empty());
    scene.edge.advance(6_000);
    assert_eq!(scene.react().len(), 1);
    scene.message("c1", &ann, Some(&bob), &[]);
    scene.edge.advance(10_000);
    assert_eq!(scene.react().len(), 1, "it waited long enough already");
}

#[test]
fn a_message_of_a_clock_that_was_ahead_waits_no_longer() {
    let (scene, ann, bob, _device) = two();
    at_device(&scene, &bob.id, DeviceStatus::Online, KEPT);
    let message = scene.message("c1", &ann, Some(&bob), &[]);
    let ahead = scene.edge.ctx().now().plus(365 * 86_400_000);
    scene.change(&message, Patch::new().set(Message::CREATED_AT, ahead));
    assert!(scene.react().is_empty());
    scene.edge.advance(10_000);
    assert_eq!(scene.react().len(), 1);
}

#[test]
fn news_that_are_no_messages_come_at_once() {
    let (scene, ann, bob, _device) = two();
    at_device(&scene, &bob.id, DeviceStatus::Online, KEPT);
    scene.follow(&ann, &bob);
    assert_eq!(scene.react().len(), 1);
    scene.reacted(&ann, &bob);
    assert_eq!(scene.react().len(), 1);
}

/// How many statements it takes to hand on a message to so many members who are at a device.
fn statements(members: usize) -> usize {
    let scene = Scene::new();
    let ann = scene.person();
    scene.member("c1", &ann);
    for _ in 0..members {
        let person = scene.person();
        scene.member("c1", &person);
        scene.device(&person);
        at_device(&scene, &person.id, DeviceStatus::Online, KEPT);
    }
    scene.message("c1", &ann, None, &[]);
    scene.edge.statements();
    let react = scene.edge.from_component("/internal/events", &Value::Null);
    futures::executor::block_on(react);
    let statements = scene.edge.statements().len();
    assert_eq!(waiting(&scene), members);
    statements
}

#[test]
fn it_takes_as_many_statements_for_many_as_for_one() {
    assert_eq!(statements(40), statements(1));
}

#[test]
fn an_operator_sees_such_a_push_waiting() {
    let (scene, ann, bob, _device) = two();
    at_device(&scene, &bob.id, DeviceStatus::Online, KEPT);
    scene.message("c1", &ann, Some(&bob), &[]);
    scene.react();
    let path = "/internal/queue/pushes?status=pending";
    let seen = scene.send(Method::GET, path, crate::scene::OPERATOR, Value::Null);
    let items = seen.expect(200)["items"].clone();
    assert_eq!(items.as_array().map(Vec::len), Some(1));
    assert_eq!(items[0]["attempts"], 0);
}
