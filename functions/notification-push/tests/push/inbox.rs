//! The inbox and the settings.

use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_schema::prelude::*;

use crate::scene::{Person, Scene};

/// So many notifications of somebody, `n0` first; odd ones are read.
fn fill(scene: &Scene, who: &Person, count: usize) {
    for n in 0..count {
        scene.put(&Notification {
            id: format!("n{n}"),
            user_id: who.id.clone(),
            title: format!("News {n}"),
            is_read: n % 2 == 1,
            created_at: Some(Timestamp::AT_COMMIT),
            ..Notification::default()
        });
    }
}

fn ids(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| item["id"].as_str().unwrap()).collect()
}

#[test]
fn pages_come_the_newest_first_and_can_be_the_unread_ones_alone() {
    let scene = Scene::new();
    let (ann, bob) = (scene.person(), scene.person());
    fill(&scene, &ann, 5);
    let first = scene.get(&ann, "/v1/notifications?limit=3");
    assert_eq!(ids(&first), ["n4", "n3", "n2"]);
    let after = first["next"].as_str().unwrap();
    let second = scene.get(&ann, &format!("/v1/notifications?limit=3&after={after}"));
    assert_eq!(ids(&second), ["n1", "n0"]);
    assert_eq!(
        ids(&scene.get(&ann, "/v1/notifications?unread=true")),
        ["n4", "n2", "n0"]
    );
    assert_eq!(
        ids(&scene.get(&ann, "/v1/notifications?unread=false")),
        ["n3", "n1"]
    );
    assert_eq!(ids(&scene.get(&bob, "/v1/notifications")), [""; 0]);
    let other = format!("/v1/notifications?unread=true&after={after}");
    scene
        .send(Method::GET, &other, &ann.token, Value::Null)
        .expect_problem(400, "invalid_cursor");
    scene
        .send(
            Method::GET,
            "/v1/notifications?unread=maybe",
            &ann.token,
            Value::Null,
        )
        .expect_problem(400, "invalid_query");
}

#[test]
fn reading_one_and_all_counts_down() {
    let scene = Scene::new();
    let ann = scene.person();
    fill(&scene, &ann, 500);
    let count = || scene.get(&ann, "/v1/notifications/unread-count");
    assert_eq!(count(), json!({"count": 250, "capped": false}));
    let read = |path: &str| {
        scene
            .send(Method::POST, path, &ann.token, Value::Null)
            .expect(200)
    };
    let first = read("/v1/notifications/n0/read");
    assert_eq!(first["isRead"], true);
    scene.edge.advance(5000);
    assert_eq!(
        read("/v1/notifications/n0/read"),
        first,
        "the first time stays"
    );
    assert_eq!(
        read("/v1/notifications/read-all"),
        json!({"marked": 249, "more": false})
    );
    assert_eq!(
        read("/v1/notifications/read-all"),
        json!({"marked": 0, "more": false})
    );
    assert_eq!(count(), json!({"count": 0, "capped": false}));
}

#[test]
fn the_count_has_a_cap() {
    let scene = Scene::new();
    let ann = scene.person();
    fill(&scene, &ann, 2001);
    assert_eq!(
        scene.get(&ann, "/v1/notifications/unread-count"),
        json!({"count": 999, "capped": true})
    );
}

#[test]
fn what_expired_or_is_somebody_elses_is_not_there() {
    let scene = Scene::new();
    let (ann, bob) = (scene.person(), scene.person());
    scene.put(&Notification {
        id: "n0".into(),
        user_id: ann.id.clone(),
        expires_at: Some(scene.edge.ctx().now().plus(1000)),
        ..Notification::default()
    });
    let both = [
        (Method::POST, "/v1/notifications/n0/read"),
        (Method::DELETE, "/v1/notifications/n0"),
    ];
    for (method, path) in both.clone() {
        scene
            .send(method, path, &bob.token, Value::Null)
            .expect_problem(404, "not_found");
    }
    assert_eq!(ids(&scene.get(&ann, "/v1/notifications")), ["n0"]);
    scene.edge.advance(1000);
    assert_eq!(ids(&scene.get(&ann, "/v1/notifications")), [""; 0]);
    assert_eq!(
        scene.get(&ann, "/v1/notifications/unread-count")["count"],
        0
    );
    for (method, path) in both {
        scene
            .send(method, path, &ann.token, Value::Null)
            .expect_problem(404, "not_found");
    }
}

#[test]
fn deleting_twice_finds_nothing_the_second_time() {
    let scene = Scene::new();
    let ann = scene.person();
    fill(&scene, &ann, 1);
    let delete = || {
        scene.send(
            Method::DELETE,
            "/v1/notifications/n0",
            &ann.token,
            Value::Null,
        )
    };
    delete().expect(204);
    delete().expect_problem(404, "not_found");
}

#[test]
fn settings_start_as_they_are_by_default_and_are_set_as_a_whole() {
    let scene = Scene::new();
    let ann = scene.person();
    let path = "/v1/me/notification-settings";
    let at_first = json!({"pushEnabled": true, "quietFrom": null, "quietTo": null, "timezone": null, "mutedKinds": []});
    assert_eq!(scene.get(&ann, path), at_first);
    let wanted = json!({
        "pushEnabled": false, "quietFrom": "22:00", "quietTo": "07:30",
        "timezone": "Europe/Zurich", "mutedKinds": ["follow", "like"],
    });
    scene.settings(&ann, wanted.clone());
    assert_eq!(scene.get(&ann, path), wanted);
    for wrong in [
        json!({"quietFrom": "22:00"}),
        json!({"timezone": "Mars"}),
        json!({"mutedKinds": ["x"]}),
        json!({"pushEnabled": "yes"}),
        json!({"other": 1}),
    ] {
        scene
            .send(Method::PUT, path, &ann.token, wrong)
            .expect_problem(422, "validation_failed");
    }
    assert_eq!(scene.get(&ann, path), wanted, "nothing was written");
    scene.settings(&ann, json!({}));
    assert_eq!(scene.get(&ann, path), at_first);
}
