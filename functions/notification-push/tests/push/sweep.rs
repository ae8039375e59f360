//! The schedule tidies up.

use futures::executor::block_on;
use whisper_schema::prelude::*;
use whisper_store::Batch;

use crate::scene::two;

const DAY: i64 = 24 * 3_600_000;

#[test]
fn expired_notifications_go_however_many_and_the_others_stay() {
    let (scene, ann, ..) = two();
    let now = scene.edge.ctx().now();
    let batch = (0..1500).fold(Batch::new(), |batch, n| {
        batch.insert(&Notification {
            id: format!("n{n}"),
            user_id: ann.id.clone(),
            expires_at: (n % 3 != 0).then(|| now.plus(1000)),
            ..Notification::default()
        })
    });
    block_on(scene.edge.store().commit(batch)).unwrap();
    scene.job();
    assert_eq!(scene.all::<Notification>().len(), 1500, "not before");
    scene.edge.advance(1000);
    for _ in 0..8 {
        scene.job();
    }
    assert_eq!(scene.all::<Notification>().len(), 500);
}

#[test]
fn an_entry_whose_worker_died_before_its_end_is_ended() {
    let (scene, ann, bob, _device) = two();
    scene.message("c1", &ann, Some(&bob), &[]);
    scene.react();
    let entry = scene.entry();
    let in_hand =
        whisper_store::Patch::new().set(QueuedMessage::STATUS, QueuedMessageStatus::Processing);
    scene.change(&entry.id, in_hand);
    assert!(scene.job().is_empty());
    assert_eq!(scene.entry().status, QueuedMessageStatus::Delivered);
}

#[test]
fn old_deliveries_go_and_what_failed_stays_longer() {
    let (scene, ann, bob, _device) = two();
    scene.message("c1", &ann, Some(&bob), &[]);
    scene.react();
    scene.service.answer("/0", 403, "");
    scene.message("c1", &ann, Some(&bob), &[]);
    scene.react();
    scene.edge.advance(7 * DAY + 1);
    scene.job();
    assert_eq!(scene.entry().status, QueuedMessageStatus::Failed);
    assert_eq!(scene.all::<Push>().len(), 1);
    scene.edge.advance(23 * DAY - 60_000);
    scene.job();
    assert_eq!(scene.all::<QueuedMessage>().len(), 1);
    assert_eq!(scene.all::<Push>().len(), 1, "it can be tried again");
    scene.edge.advance(DAY);
    scene.job();
    assert_eq!(scene.all::<QueuedMessage>(), []);
    assert_eq!(scene.all::<Push>(), []);
}

#[test]
fn subscriptions_that_the_push_service_has_ended_go() {
    let (scene, ..) = two();
    let end = scene.edge.ctx().now().plus(1000);
    scene.change(
        &scene.only::<PushSubscription>().id,
        whisper_store::Patch::<PushSubscription>::new().set(PushSubscription::EXPIRES_AT, end),
    );
    scene.job();
    assert_eq!(scene.all::<PushSubscription>().len(), 1, "not before");
    scene.edge.advance(1000);
    scene.job();
    assert_eq!(scene.all::<PushSubscription>(), []);
}

#[test]
fn a_clock_that_was_a_year_ahead_leaves_nothing_waiting_for_that_year() {
    let year = 365 * DAY;
    for status in [PushStatus::Pending, PushStatus::Processing] {
        let (scene, ann, bob, _device) = two();
        scene.service.answer("/0", 503, "");
        scene.message("c1", &ann, Some(&bob), &[]);
        assert_eq!(scene.react().len(), 1);
        // As it stands when it was leased, or put off, while the clock was ahead.
        let push = scene.only::<Push>();
        let ahead = whisper_store::Patch::new()
            .set(Push::STATUS, status)
            .set(Push::DUE_AT, push.due_at.plus(year))
            .set(Push::EXPIRES_AT, push.expires_at.plus(year));
        scene.change(&push.id, ahead);
        scene.service.answer("/0", 201, "");
        // A run brings it back, and the next one sends it.
        let sent = scene.job().len() + scene.job().len();
        assert_eq!(sent, 1, "{status}");
        assert_eq!(scene.all::<Push>(), []);
        assert_eq!(scene.entry().status, QueuedMessageStatus::Delivered);
    }
}

#[test]
fn lives_and_ages_of_a_year_ahead_are_brought_back() {
    let (scene, ann, bob, _device) = two();
    scene.service.answer("/0", 403, "");
    scene.message("c1", &ann, Some(&bob), &[]);
    scene.follow(&ann, &bob);
    scene.react();
    let year = 365 * DAY;
    let now = scene.edge.ctx().now();
    for push in scene.all::<Push>() {
        let ahead = whisper_store::Patch::new()
            .set(Push::DUE_AT, push.due_at.plus(year))
            .set(Push::EXPIRES_AT, push.expires_at.plus(year));
        scene.change(&push.id, ahead);
    }
    let notification = scene.only::<Notification>().id;
    let ahead = whisper_store::Patch::new()
        .set(Notification::CREATED_AT, now.plus(year))
        .set(Notification::EXPIRES_AT, now.plus(year + 90 * DAY));
    scene.change(&notification, ahead);
    let ahead = whisper_store::Patch::new().set(QueuedMessage::PROCESSED_AT, now.plus(year));
    scene.change(&scene.entry().id, ahead);
    scene.job();
    for push in scene.all::<Push>() {
        assert_eq!(push.status, PushStatus::Failed);
        assert!(push.due_at <= now && push.expires_at <= now.plus(8 * DAY));
    }
    let notification = scene.only::<Notification>();
    assert_eq!(notification.expires_at, Some(now.plus(90 * DAY)));
    assert_eq!(
        scene.all::<QueuedMessage>(),
        [],
        "of no age that anybody knows"
    );
}

#[test]
fn the_place_of_the_sweep_holds_back_no_notifications() {
    let (scene, ann, bob, _device) = two();
    scene.follow(&ann, &bob);
    scene.react();
    scene.job();
    let cursors = scene.all::<ConsumerCursor>();
    let place = cursors.iter().find(|one| one.id == "notification-sweep");
    assert_eq!(
        place.unwrap().reads.as_deref(),
        Some(ConsumerCursor::NO_CONSUMER)
    );
}

#[test]
fn a_clock_that_is_a_year_ahead_for_a_minute_removes_nothing() {
    let (scene, ann, bob, _device) = two();
    scene.follow(&ann, &bob);
    scene.react();
    let end = scene.edge.ctx().now().plus(90 * DAY);
    let ends = whisper_store::Patch::new().set(PushSubscription::EXPIRES_AT, end);
    scene.change(&scene.only::<PushSubscription>().id, ends);
    scene.job();
    scene.edge.advance(365 * DAY);
    scene.job();
    scene.edge.advance(-365 * DAY);
    scene.job();
    scene.only::<Notification>();
    scene.only::<PushSubscription>();
    // A pause that is as long takes a run more.
    scene.edge.advance(365 * DAY);
    scene.job();
    scene.only::<Notification>();
    scene.edge.advance(600_000);
    scene.job();
    assert_eq!(scene.all::<Notification>(), []);
    assert_eq!(scene.all::<PushSubscription>(), []);
}
