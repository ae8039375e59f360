//! What the schedule tidies up.

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
