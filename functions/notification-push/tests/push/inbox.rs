//! The inbox and the settings.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_schema::prelude::*;
use whisper_store::Batch;

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

/// The ids of the actors whom an inbox shows, and how many it counts as unread.
fn seen(scene: &Scene, who: &Person) -> (Vec<String>, Value) {
    let inbox = scene.get(who, "/v1/notifications?unread=true");
    let items = inbox["items"].as_array().unwrap().iter();
    let actors = items.map(|item| item["metadata"]["userId"].as_str().unwrap().to_owned());
    let count = scene.get(who, "/v1/notifications/unread-count")["count"].clone();
    (actors.collect(), count)
}

#[test]
fn it_names_the_people_whom_it_tells_of() {
    let scene = Scene::new();
    let (ann, bob) = (scene.person(), scene.person());
    scene.follow(&ann, &bob);
    scene.react();
    let inbox = scene.get(&bob, "/v1/notifications");
    let people = json!({ann.id.clone(): {"id": ann.id, "displayName": "ann"}});
    assert_eq!(inbox["users"], people);
    let nobody = scene.get(&ann, "/v1/notifications");
    assert_eq!(nobody["users"], json!({}));
}

#[test]
fn whom_a_block_parts_one_from_is_neither_listed_nor_counted_nor_there() {
    for is_blocker in [true, false] {
        let scene = Scene::new();
        let people = [scene.person(), scene.person(), scene.person()];
        let [ann, bob, cid] = &people;
        scene.follow(ann, bob);
        scene.reacted(ann, bob);
        scene.follow(cid, bob);
        scene.react();
        let all = scene.all::<Notification>().into_iter();
        let is_anns = |n: &Notification| n.metadata.as_ref().unwrap().contains(&ann.id);
        let anns = all.filter(is_anns).map(|n| n.id).next().unwrap();
        match is_blocker {
            true => scene.block(bob, ann),
            false => scene.block(ann, bob),
        }
        assert_eq!(seen(&scene, bob), (vec![cid.id.clone()], json!(1)));
        let inbox = scene.get(bob, "/v1/notifications").to_string();
        assert!(!inbox.contains(&ann.id), "{inbox}");
        for (method, path) in [
            (Method::POST, format!("/v1/notifications/{anns}/read")),
            (Method::DELETE, format!("/v1/notifications/{anns}")),
        ] {
            let refused = scene.send(method, &path, &bob.token, Value::Null);
            refused.expect_problem(404, "not_found");
        }
        let path = "/v1/notifications/read-all";
        let read = scene.send(Method::POST, path, &bob.token, Value::Null);
        assert_eq!(read.expect(200), json!({"marked": 1, "more": false}));
        assert_eq!(seen(&scene, bob), (vec![], json!(0)));
    }
}

#[test]
fn accounts_out_of_use_are_neither_listed_nor_counted() {
    let scene = Scene::new();
    let people = [scene.person(), scene.person(), scene.person()];
    let [ann, bob, cid] = &people;
    scene.follow(ann, bob);
    scene.follow(cid, bob);
    scene.react();
    scene.disable(ann);
    assert_eq!(seen(&scene, bob), (vec![cid.id.clone()], json!(1)));
}

#[test]
fn a_mention_goes_with_its_message_and_with_the_membership() {
    type Meanwhile = fn(&Scene, &Person, &str);
    let cases: [(&str, Meanwhile, usize); 5] = [
        ("nothing", |_, _, _| {}, 1),
        (
            "the message is deleted",
            |scene, _, message| {
                let patch = whisper_store::Patch::new();
                let patch = patch.set(Message::DELETED_AT, Timestamp::AT_COMMIT);
                scene.change(message, patch);
            },
            0,
        ),
        (
            "the message expires",
            |scene, _, message| {
                let now = scene.edge.ctx().now();
                let patch = whisper_store::Patch::new().set(Message::EXPIRES_AT, now);
                scene.change(message, patch);
            },
            0,
        ),
        (
            "bob leaves",
            |scene, bob, _| {
                let left = ConversationMemberStatus::Left;
                let patch = whisper_store::Patch::new();
                let patch = patch.set(ConversationMember::STATUS, left);
                scene.change(&whisper_kit::ids::member_id("c1", &bob.id), patch);
            },
            0,
        ),
        (
            "bob mutes the conversation: that is about devices alone",
            |scene, bob, _| {
                let patch = whisper_store::Patch::new();
                let patch = patch.set(ConversationMember::IS_MUTED, true);
                scene.change(&whisper_kit::ids::member_id("c1", &bob.id), patch);
            },
            1,
        ),
    ];
    for (case, meanwhile, left) in cases {
        assert_eq!(mentions_left(meanwhile), left, "{case}");
    }
}

#[test]
fn a_mention_goes_when_its_message_is_out_of_sight() {
    let deleted = mentions_left(|scene, bob, message| {
        scene.put(&MessageMark {
            id: whisper_kit::ids::mark_id(MessageMarkKind::Deleted, &bob.id, message),
            user_id: bob.id.clone(),
            message_id: message.to_owned(),
            ..MessageMark::default()
        });
    });
    let cleared = mentions_left(|scene, bob, _| {
        let patch = whisper_store::Patch::new();
        let patch = patch.set(ConversationMember::CLEARED_POSITION, 1);
        scene.change(&whisper_kit::ids::member_id("c1", &bob.id), patch);
    });
    assert_eq!((deleted, cleared), (0, 0));
}

/// How many mentions Bob's inbox shows after something happened to the one message that mentions him, or to him.
fn mentions_left(meanwhile: fn(&Scene, &Person, &str)) -> usize {
    let (scene, ann, bob, _device) = crate::scene::two();
    let message = scene.message("c1", &ann, Some(&bob), &[&bob]);
    scene.react();
    meanwhile(&scene, &bob, &message);
    let (actors, count) = seen(&scene, &bob);
    assert_eq!(count, json!(actors.len()));
    actors.len()
}

#[test]
fn pages_are_filled_with_what_may_be_shown_both_ways() {
    let scene = Scene::new();
    let (ann, bob, cid) = (scene.person(), scene.person(), scene.person());
    for n in 0..12 {
        // Of three in a row one is cid's, and he is to be blocked.
        let actor = if n % 3 == 1 { &cid } else { &ann };
        scene.put(&Notification {
            id: format!("n{n}"),
            user_id: bob.id.clone(),
            metadata: Some(json!({"userId": actor.id}).to_string()),
            ..Notification::default()
        });
    }
    scene.block(&bob, &cid);
    let page = |query: String| scene.get(&bob, &format!("/v1/notifications?limit=3{query}"));
    let first = page(String::new());
    assert_eq!(ids(&first), ["n11", "n9", "n8"]);
    let after = |page: &Value| format!("&after={}", page["next"].as_str().unwrap());
    let second = page(after(&first));
    assert_eq!(ids(&second), ["n6", "n5", "n3"]);
    let third = page(after(&second));
    assert_eq!(ids(&third), ["n2", "n0"]);
    assert!(third.get("next").is_none());
    let back = page(format!("&before={}", third["previous"].as_str().unwrap()));
    assert_eq!(ids(&back), ["n6", "n5", "n3"]);
    let count = scene.get(&bob, "/v1/notifications/unread-count");
    assert_eq!(count, json!({"count": 8, "capped": false}));
}

#[test]
fn whoever_is_blocked_after_a_flood_leaves_the_inbox_and_the_count_to_the_others() {
    let scene = Scene::new();
    let (ann, bob, cid) = (scene.person(), scene.person(), scene.person());
    let told = |n: usize, user: &Person, by: &Person| Notification {
        id: format!("n{n}"),
        user_id: user.id.clone(),
        metadata: Some(json!({"userId": by.id}).to_string()),
        created_at: Some(Timestamp::AT_COMMIT),
        ..Notification::default()
    };
    let many = (0..6000).fold(Batch::new(), |batch, n| match n {
        0..4 => batch.insert(&told(n, &ann, &cid)),
        4 => batch.insert(&told(n, &bob, &ann)),
        _ => batch.insert(&told(n, &ann, &bob)),
    });
    block_on(scene.edge.store().commit(many)).unwrap();
    let count = || scene.get(&ann, "/v1/notifications/unread-count");
    scene.block(&ann, &bob);
    assert_eq!(count(), json!({"count": 0, "capped": true}), "so far");
    scene.event("user.blocked", &ann.id, &ann, &json!({"userId": bob.id}));
    scene.react();
    assert_eq!(count(), json!({"count": 4, "capped": false}));
    let list = scene.get(&ann, "/v1/notifications");
    assert_eq!(ids(&list), ["n3", "n2", "n1", "n0"]);
    assert_eq!(list["next"], Value::Null);
    assert_eq!(scene.all::<Notification>().len(), 4, "nor of ann for bob");
}

#[test]
fn a_block_that_was_undone_removes_nothing() {
    let scene = Scene::new();
    let (ann, bob) = (scene.person(), scene.person());
    scene.follow(&bob, &ann);
    scene.react();
    scene.event("user.blocked", &ann.id, &ann, &json!({"userId": bob.id}));
    scene.react();
    scene.only::<Notification>();
}
