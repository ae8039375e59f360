//! Operators see the queue, and start deliveries again.

use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_schema::prelude::{Push, QueuedMessageStatus};

use crate::scene::{OPERATOR, Scene, two};

fn ask(scene: &Scene, path: &str) -> Value {
    scene
        .send(Method::GET, path, OPERATOR, Value::Null)
        .expect(200)
}

fn retry(scene: &Scene, body: Value) -> Value {
    scene
        .send(Method::POST, "/internal/queue/retry", OPERATOR, body)
        .expect(200)
}

/// A delivery that failed, and a notification's push that failed.
fn failed() -> Scene {
    let (scene, ann, bob, _device) = two();
    scene.service.answer("/0", 403, "");
    scene.message("c1", &ann, Some(&bob), &[]);
    scene.follow(&ann, &bob);
    assert_eq!(scene.react().len(), 2);
    scene
}

#[test]
fn what_failed_is_listed_and_counted_without_anything_secret() {
    let scene = failed();
    let entries = ask(&scene, "/internal/queue");
    let entry = &entries["items"][0];
    assert_eq!(entry["status"], "failed");
    assert_eq!(entry["error"], "the push service answered 403");
    assert_eq!(
        (&entry["retryCount"], &entry["ageSeconds"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(
        ask(&scene, "/internal/queue?status=pending")["items"],
        json!([])
    );
    let pushes = ask(&scene, "/internal/queue/pushes");
    assert_eq!(pushes["items"].as_array().unwrap().len(), 2);
    let text = format!("{entries}{pushes}");
    for secret in ["googleapis", "p256dh", "secret", "vapid"] {
        assert!(!text.contains(secret), "{text}");
    }
    assert_eq!(
        ask(&scene, "/internal/queue/counts"),
        json!({
            "messages": {"pending": 0, "processing": 0, "delivered": 0, "failed": 1},
            "pushes": {"pending": 0, "processing": 0, "failed": 2},
        })
    );
}

#[test]
fn all_that_failed_is_tried_again_and_arrives() {
    let scene = failed();
    scene.service.answer("/0", 201, "");
    assert_eq!(
        retry(&scene, json!({"all": true})),
        json!({"pushes": 2, "messages": 1, "more": false})
    );
    assert!(scene.edge.signalled(), "it is woken at once");
    assert_eq!(scene.entry().status, QueuedMessageStatus::Processing);
    assert_eq!(scene.react().len(), 2);
    assert_eq!(scene.entry().status, QueuedMessageStatus::Delivered);
    assert_eq!(
        retry(&scene, json!({"all": true})),
        json!({"pushes": 0, "messages": 0, "more": false})
    );
}

#[test]
fn one_is_tried_again_by_the_id_of_its_delivery_or_of_its_push() {
    let scene = failed();
    let entry = scene.entry().id;
    assert_eq!(
        retry(&scene, json!({"ids": [entry, "nobody"]})),
        json!({"pushes": 1, "messages": 1, "more": false})
    );
    let push = scene
        .all::<Push>()
        .into_iter()
        .find(|push| push.queue_id.is_none())
        .unwrap();
    assert_eq!(
        retry(&scene, json!({"ids": [push.id]})),
        json!({"pushes": 1, "messages": 0, "more": false})
    );
}

#[test]
fn it_is_the_operators_alone_and_wants_one_of_two() {
    let (scene, ann, ..) = two();
    for (method, path) in [
        (Method::GET, "/internal/queue"),
        (Method::GET, "/internal/queue/pushes"),
        (Method::GET, "/internal/queue/counts"),
        (Method::POST, "/internal/queue/retry"),
        (Method::POST, "/internal/jobs/notification-push"),
    ] {
        for token in ["", ann.token.as_str(), "wrong"] {
            scene
                .send(method.clone(), path, token, json!({"all": true}))
                .expect_problem(401, "unauthenticated");
        }
    }
    for wrong in [
        json!({}),
        json!({"ids": []}),
        json!({"all": true, "ids": ["x"]}),
        json!({"ids": vec!["x"; 101]}),
        json!({"ids": "x"}),
        json!({"all": true, "other": 1}),
    ] {
        scene
            .send(Method::POST, "/internal/queue/retry", OPERATOR, wrong)
            .expect_problem(422, "validation_failed");
    }
    for path in [
        "/internal/queue?status=lost",
        "/internal/queue/pushes?status=delivered",
    ] {
        scene
            .send(Method::GET, path, OPERATOR, Value::Null)
            .expect_problem(400, "invalid_query");
    }
}
