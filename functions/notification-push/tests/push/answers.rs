//! Answers of push services: late ones, refusals, and none.

use futures::executor::block_on;
use notification_push::delivery::lease::LEASE;
use serde_json::{Value, json};
use whisper_kit::events;
use whisper_kit::ids::derived_id;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Patch, Query};

use crate::scene::{Scene, two};

#[test]
fn retry_after_is_waited_for_and_the_last_attempt_ends_it() {
    let (scene, ann, bob, _device) = two();
    scene.service.answer("/0", 503, "600");
    scene.message("c1", &ann, Some(&bob), &[]);
    assert_eq!(scene.react().len(), 1);
    let entry = scene.entry();
    assert_eq!(
        (entry.status, entry.retry_count),
        (QueuedMessageStatus::Processing, 1)
    );
    assert_eq!(
        entry.error.as_deref(),
        Some("the push service answered 503")
    );
    scene.edge.advance(599_000);
    assert!(scene.job().is_empty(), "not before it may");
    scene.edge.advance(60_000);
    assert_eq!(scene.job().len(), 1);
    scene.edge.advance(3_600_000);
    assert_eq!(scene.job().len(), 1);
    let entry = scene.entry();
    assert_eq!(
        (entry.status, entry.retry_count),
        (QueuedMessageStatus::Failed, 3)
    );
    assert_eq!(entry.pending_for, [bob.id.as_str()]);
    scene.edge.advance(3_600_000);
    assert!(scene.job().is_empty(), "given up");
}

#[test]
fn a_push_service_that_takes_its_time_holds_up_nobody_else() {
    let (scene, ann, bob, _device) = two();
    let cid = scene.person();
    scene.device(&cid);
    scene.message("c1", &ann, Some(&bob), &[]);
    let (has_come, go_on) = scene.service.hold_next();
    let react = || scene.edge.from_component("/internal/events", &Value::Null);
    let (ctx, store) = (scene.edge.ctx(), scene.edge.store());
    scene.put(&Follow {
        id: "f".into(),
        follower_id: ann.id.clone(),
        following_id: cid.id.clone(),
        ..Follow::default()
    });
    let payload = json!({"followerId": ann.id, "followingId": cid.id});
    let followed = ("follow.created", cid.id.as_str(), Some(ann.id.as_str()));
    block_on(async {
        let others = async {
            has_come.await.unwrap();
            scene.service.take();
            let (kind, subject, by) = followed;
            let batch = events::append(&ctx, Batch::new(), kind, subject, by, &payload);
            store.commit(batch.unwrap()).await.unwrap();
            react().await.expect(200);
            let sent = scene.service.take();
            assert_eq!(sent.len(), 1, "while the first one waits");
            assert!(sent[0].endpoint.ends_with("/1"));
            let waiting = store.read(Query::<Push>::new()).await.unwrap();
            assert_eq!(waiting.len(), 1);
            assert_eq!(waiting[0].status, PushStatus::Processing);
            go_on.send(()).unwrap();
        };
        let (first, ()) = futures::join!(react(), others);
        first.expect(200);
    });
    assert_eq!(scene.only::<Notification>().user_id, cid.id);
    assert_eq!(scene.all::<Push>(), []);
}

#[test]
fn retry_after_counts_from_the_answer() {
    let (scene, ann, bob, _device) = two();
    scene.service.answer("/0", 503, "600");
    scene.service.takes(scene.edge.clock(), 4_000);
    scene.message("c1", &ann, Some(&bob), &[]);
    assert_eq!(scene.react().len(), 1);
    let due_at = scene.only::<Push>().due_at;
    assert!(due_at >= scene.edge.ctx().now().plus(600_000), "{due_at}");
}

#[test]
fn a_date_in_retry_after_counts_from_the_answers_own_date() {
    for until in [
        "Sun, 06 Nov 1994 08:59:37 GMT",
        "Sunday, 06-Nov-94 08:59:37 GMT",
        "Sun Nov  6 08:59:37 1994",
    ] {
        let (scene, ann, bob, _device) = two();
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        scene.service.answer_at("/0", 503, until, date);
        scene.message("c1", &ann, Some(&bob), &[]);
        assert_eq!(scene.react().len(), 1);
        let wait = scene.only::<Push>().due_at.as_millis() - scene.edge.ctx().now().as_millis();
        assert!((600_000..610_000).contains(&wait), "{until}: {wait}");
    }
}

#[test]
fn a_refusal_that_names_a_time_is_tried_again_then() {
    let (scene, ann, bob, _device) = two();
    scene.service.answer("/0", 403, "600");
    scene.message("c1", &ann, Some(&bob), &[]);
    assert_eq!(scene.react().len(), 1);
    assert_eq!(scene.only::<Push>().status, PushStatus::Pending);
    scene.service.answer("/0", 201, "");
    scene.edge.advance(660_000);
    assert_eq!(scene.job().len(), 1);
    assert_eq!(scene.entry().status, QueuedMessageStatus::Delivered);
}

#[test]
fn a_dead_device_is_removed_and_the_others_are_told() {
    let (scene, ann, bob, _dead) = two();
    let alive = scene.device(&bob);
    scene.service.answer("/0", 410, "");
    scene.message("c1", &ann, Some(&bob), &[]);
    assert_eq!(scene.react().len(), 2);
    assert_eq!(scene.only::<PushSubscription>().endpoint, alive.endpoint);
    assert_eq!(scene.entry().status, QueuedMessageStatus::Delivered);
    assert_eq!(scene.all::<Push>(), []);
}

#[test]
fn a_refusal_and_a_redirect_are_final() {
    for status in [400, 403, 413, 302] {
        let (scene, ann, bob, _device) = two();
        scene.service.answer("/0", status, "");
        scene.message("c1", &ann, Some(&bob), &[]);
        assert_eq!(scene.react().len(), 1);
        assert_eq!(
            scene.entry().status,
            QueuedMessageStatus::Failed,
            "{status}"
        );
        assert_eq!(scene.only::<Push>().status, PushStatus::Failed);
    }
}

#[test]
fn what_a_dead_worker_left_is_sent_when_its_lease_is_over() {
    let (scene, ann, bob, device) = two();
    scene.service.answer("/0", 503, "");
    scene.message("c1", &ann, Some(&bob), &[]);
    scene.react();
    // As it stands when the worker dies between its lease and the end.
    let push = scene.only::<Push>();
    let end = scene.edge.ctx().now().plus(LEASE);
    let held = Patch::new()
        .set(Push::STATUS, PushStatus::Processing)
        .set(Push::DUE_AT, end);
    scene.change(&push.id, held);
    scene.service.answer("/0", 201, "");
    scene.edge.advance(LEASE - 1);
    assert!(scene.job().is_empty(), "it may be on its way");
    scene.edge.advance(1);
    let sent = scene.job();
    assert_eq!(sent.len(), 1);
    assert_eq!(device.decrypt(&sent[0].body)["type"], "message");
    assert_eq!(scene.entry().status, QueuedMessageStatus::Delivered);
}

/// Twenty messages to a device that holds the first one back; gives how many pushes are sent, after `meanwhile`, and
/// how many are given up.
fn sent_of_twenty(meanwhile: impl AsyncFnOnce(&Scene, [&str; 2])) -> (usize, u64) {
    let (scene, ann, bob, _device) = two();
    scene.service.answer("/0", 503, "");
    for _ in 0..20 {
        scene.message("c1", &ann, Some(&bob), &[]);
    }
    assert_eq!(scene.react().len(), 20);
    scene.service.answer("/0", 201, "");
    let due = scene.edge.ctx().now().plus(60_000);
    for push in scene.all::<Push>() {
        let soon = Patch::new()
            .set(Push::DUE_AT, due)
            .set(Push::EXPIRES_AT, due.plus(10_000));
        scene.change(&push.id, soon);
    }
    scene.edge.advance(60_000);
    let (has_come, go_on) = scene.service.hold_next();
    block_on(async {
        let others = async {
            has_come.await.unwrap();
            meanwhile(&scene, [&ann.id, &bob.id]).await;
            go_on.send(()).unwrap();
        };
        let react = scene.edge.from_component("/internal/events", &Value::Null);
        futures::join!(react, others).0.expect(200);
    });
    let failed = scene.count(Filter::eq(Push::STATUS, PushStatus::Failed));
    (scene.service.take().len(), failed)
}

#[test]
fn what_waited_for_others_of_its_lease_is_judged_when_its_turn_comes() {
    assert_eq!(sent_of_twenty(async |_, _| {}), (20, 0));
    let blocked = sent_of_twenty(async |scene, [ann, bob]| {
        let block = Contact {
            id: derived_id(&["contact", bob, ann]),
            user_id: bob.into(),
            contact_user_id: ann.into(),
            is_blocked: true,
            ..Contact::default()
        };
        let batch = Batch::new().insert(&block);
        scene.edge.store().commit(batch).await.unwrap();
    });
    assert_eq!(blocked, (16, 0), "those that were on their way");
    let late = sent_of_twenty(async |scene, _| scene.edge.advance(11_000));
    assert_eq!(late, (16, 4));
}
