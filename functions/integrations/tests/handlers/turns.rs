//! Turns: when it is tried again, and when no more.

use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_schema::prelude::*;

use crate::world::{HOUR, World, body, header};

#[test]
fn a_receiver_that_is_down_is_tried_again_for_a_day_under_the_same_id() {
    let world = World::new();
    let webhook = world.outgoing("/a", &["message.created"]);
    world.receiver.answer("/a", 0, "");
    world.scene.say(&world.mia, &world.group, "x");
    let mut told = world.react();
    assert!(world.job().is_empty(), "not at once");
    let mut waits = Vec::new();
    for _ in 0..30 * 6 {
        world.advance(HOUR / 6);
        let again = world.job();
        waits.extend(again.iter().map(|_| world.hooks.ctx().now()));
        told.extend(again);
    }
    assert!((10..=16).contains(&told.len()), "{}", told.len());
    let gaps: Vec<i64> = waits
        .windows(2)
        .map(|pair| pair[1].since(pair[0]))
        .collect();
    assert!(
        gaps.windows(2).all(|pair| pair[1] >= pair[0] / 2),
        "{gaps:?}"
    );
    assert!(
        told.iter()
            .all(|one| header(one, "webhook-id") == header(&told[0], "webhook-id"))
    );
    assert!(world.scene.all::<WebhookDelivery>().is_empty());
    let world = world.signed_in_again();
    let attempts = world.attempts(&webhook);
    assert_eq!(attempts.len(), told.len());
    assert_eq!(attempts[0]["attempt"], told.len());
    assert_eq!(attempts[0]["error"], "took too long");
    assert!(attempts[0]["nextAt"].is_null() && !attempts[1]["nextAt"].is_null());
    world.advance(7 * 24 * HOUR);
    // Nothing is removed before some runs bear out that the clock is right.
    for _ in 0..20 {
        world.advance(60_000);
        world.job();
    }
    assert!(world.scene.all::<WebhookAttempt>().is_empty());
}

#[test]
fn a_receiver_says_when_to_come_again_and_recovers() {
    let world = World::new();
    let webhook = world.outgoing("/a", &["message.created"]);
    world.receiver.answer("/a", 429, "600");
    world.scene.say(&world.mia, &world.group, "x");
    assert_eq!(world.react().len(), 1);
    assert!(!world.shown(&webhook)["failingSince"].is_null());
    world.receiver.answer("/a", 200, "");
    world.advance(590_000);
    assert!(world.job().is_empty());
    world.advance(30_000);
    assert_eq!(world.job().len(), 1);
    assert!(world.shown(&webhook)["failingSince"].is_null());
}

#[test]
fn a_week_of_failures_switches_off_and_its_maker_is_told_until_it_is_switched_on() {
    let world = World::new();
    let webhook = world.outgoing("/a", &["message.created"]);
    world.receiver.answer("/a", 500, "");
    world.scene.say(&world.mia, &world.group, "x");
    assert_eq!(world.react().len(), 1);
    world.advance(7 * 24 * HOUR);
    let world = world.signed_in_again();
    assert_eq!(world.shown(&webhook)["status"], "active");
    world.scene.say(&world.mia, &world.group, "y");
    assert_eq!(world.react().len(), 1);
    let shown = world.shown(&webhook);
    assert_eq!(shown["status"], "disabled");
    assert!(!shown["disabledAt"].is_null());
    let told = world.scene.all::<Notification>();
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].user_id.as_str(), told[0].kind),
        (world.ann.id.as_str(), NotificationKind::System)
    );
    let kinds = ["conversation.webhook_disabled", "notification.created"];
    assert_eq!(world.scene.events(&kinds).len(), 2);
    world.scene.say(&world.mia, &world.group, "z");
    world.advance(HOUR);
    let world = world.signed_in_again();
    assert!(world.react().is_empty() && world.job().is_empty());

    world.receiver.answer("/a", 200, "");
    let one = format!("outgoing/{}", webhook["id"].as_str().unwrap());
    let test = world.call(
        &world.adam,
        Method::POST,
        &format!("{one}/test"),
        &Value::Null,
    );
    let test = test.expect(202);
    let told = world.receiver.take();
    assert_eq!(
        header(&told[0], "webhook-id"),
        test["deliveryId"].as_str().unwrap()
    );
    assert_eq!(body(&told[0])["type"], "test");
    assert_eq!(world.shown(&webhook)["status"], "disabled");
    let enable = || {
        world.call(
            &world.adam,
            Method::POST,
            &format!("{one}/enable"),
            &Value::Null,
        )
    };
    let enabled = enable().expect(200);
    assert_eq!(
        (&enabled["status"], &enabled["failingSince"]),
        (&json!("active"), &Value::Null)
    );
    enable().expect(200);
    world.scene.say(&world.mia, &world.group, "at last");
    let told = world.react();
    assert_eq!(told.len(), 1, "what came in the meantime is lost");
    assert_eq!(body(&told[0])["data"]["message"]["content"], "at last");
}

#[test]
fn a_receiver_that_is_gone_is_called_no_more() {
    let world = World::new();
    let webhook = world.outgoing("/a", &["message.created"]);
    world.receiver.answer("/a", 410, "");
    world.scene.say(&world.mia, &world.group, "x");
    world.scene.say(&world.mia, &world.group, "y");
    assert!(!world.react().is_empty());
    assert_eq!(world.shown(&webhook)["status"], "disabled");
    assert_eq!(world.scene.all::<Notification>().len(), 1, "told once");
    world.advance(HOUR);
    assert!(world.job().is_empty());
    assert!(world.scene.all::<WebhookDelivery>().is_empty());
}

#[test]
fn one_that_is_busy_does_not_hold_up_the_others() {
    let world = World::new();
    world.outgoing("/slow", &["message.created"]);
    world.outgoing("/quick", &["message.deleted"]);
    world.receiver.answer("/slow", 500, "");
    let mut last = String::new();
    for _ in 0..40 {
        last = world.scene.say(&world.mia, &world.group, "x");
    }
    let rest = format!("/{last}");
    world
        .scene
        .act(&world.mia, Method::DELETE, &world.group, &rest)
        .expect(204);
    let told = world.react();
    let place = told.iter().position(|one| one.endpoint.ends_with("/quick"));
    assert!(place.is_some_and(|place| place <= 8), "{place:?}");
}

#[test]
fn a_webhook_that_was_deleted_is_told_of_nothing_more() {
    let world = World::new();
    let webhook = world.outgoing("/a", &["message.created"]);
    world.receiver.answer("/a", 500, "");
    world.scene.say(&world.mia, &world.group, "x");
    assert_eq!(world.react().len(), 1);
    let one = format!("outgoing/{}", webhook["id"].as_str().unwrap());
    world
        .call(&world.ann, Method::DELETE, &one, &Value::Null)
        .expect(204);
    world.advance(HOUR);
    assert!(world.job().is_empty());
    assert!(world.scene.all::<WebhookDelivery>().is_empty());
}
