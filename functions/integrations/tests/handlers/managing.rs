//! Outgoing webhooks: the right to manage them, and their secrets.

use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::world::{RECEIVER, World};

#[test]
fn a_webhook_is_listed_without_its_secret_changed_and_deleted() {
    let world = World::new();
    let made = world.outgoing("/a", &["message.created", "message.created"]);
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!(made["events"], json!(["message.created"]));
    let stored: OutgoingWebhook = world.scene.get(made["id"].as_str().unwrap());
    let bare = &made["secret"].as_str().unwrap()["whsec_".len()..];
    assert!(!stored.secret.contains(bare), "sealed");
    let shown = world.shown(&made);
    assert!(shown["secret"].is_null());
    assert_eq!(shown["status"], "active");

    let one = format!("outgoing/{}", made["id"].as_str().unwrap());
    let change = json!({"name": "B", "url": format!("{RECEIVER}/b"), "events": ["member.left"]});
    let changed = world
        .call(&world.adam, Method::PATCH, &one, &change)
        .expect(200);
    assert_eq!(
        (&changed["name"], &changed["events"]),
        (&json!("B"), &json!(["member.left"]))
    );
    let bad = json!({"url": "https://elsewhere.example.com/"});
    let refused = world.call(&world.adam, Method::PATCH, &one, &bad);
    let problem = refused.expect_problem(422, "validation_failed");
    assert!(
        problem["errors"][0]["detail"]
            .as_str()
            .unwrap()
            .contains("webhook_origin")
    );
    world
        .call(&world.ann, Method::DELETE, &one, &Value::Null)
        .expect(204);
    world
        .call(&world.ann, Method::DELETE, &one, &Value::Null)
        .expect_problem(404, "not_found");
}

#[test]
fn only_members_whom_the_setting_names_have_to_do_with_webhooks() {
    let world = World::new();
    let made = world.outgoing("/a", &["message.created"]);
    let id = made["id"].as_str().unwrap();
    let stranger = world.scene.person();
    let new = json!({"name": "X", "url": format!("{RECEIVER}/x"), "events": ["member.left"]});
    let name = json!({"name": "X"});
    for (method, rest, body) in [
        (Method::POST, "outgoing".to_owned(), &new),
        (Method::GET, "outgoing".to_owned(), &Value::Null),
        (Method::PATCH, format!("outgoing/{id}"), &name),
        (Method::POST, format!("outgoing/{id}/secret"), &Value::Null),
        (Method::POST, format!("outgoing/{id}/enable"), &Value::Null),
        (Method::POST, format!("outgoing/{id}/test"), &Value::Null),
        (Method::GET, format!("outgoing/{id}/attempts"), &Value::Null),
        (Method::DELETE, format!("outgoing/{id}"), &Value::Null),
    ] {
        let call = |who| world.call(who, method.clone(), &rest, body);
        call(&stranger).expect_problem(404, "not_found");
        call(&world.mia).expect_problem(403, "forbidden");
    }
    assert!(world.react().is_empty());
}

#[test]
fn what_a_webhook_may_not_be() {
    let world = World::new();
    let url = format!("{RECEIVER}/x");
    for (body, field) in [
        (json!({"url": url, "events": ["message.created"]}), "name"),
        (json!({"name": "X", "events": ["message.created"]}), "url"),
        (json!({"name": "X", "url": url}), "events"),
        (json!({"name": "X", "url": url, "events": []}), "events"),
        (
            json!({"name": "X", "url": url, "events": ["message.read"]}),
            "events[0]",
        ),
        (
            json!({"name": "X", "url": "http://hooks.example.com/x", "events": ["member.left"]}),
            "url",
        ),
        (
            json!({"name": "X", "url": "https://127.0.0.1/x", "events": ["member.left"]}),
            "url",
        ),
        (
            json!({"name": "X", "url": "https://u:p@hooks.example.com/", "events": ["member.left"]}),
            "url",
        ),
    ] {
        let refused = world.call(&world.ann, Method::POST, "outgoing", &body);
        let problem = refused.expect_problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["field"], field, "{body}");
    }
    let encrypted = Patch::new().set(Conversation::IS_ENCRYPTED, true);
    world.scene.change(&world.group, encrypted);
    let refused = world.try_outgoing("/x", &["message.created"]);
    refused.expect_problem(409, "encrypted_conversation");
    assert!(world.scene.all::<OutgoingWebhook>().is_empty());
}

#[test]
fn a_group_has_ten() {
    let world = World::new();
    for _ in 0..10 {
        world.outgoing("/a", &["message.created"]);
    }
    let refused = world.try_outgoing("/a", &["message.created"]);
    refused.expect_problem(409, "too_many_webhooks");
    // They are counted apart from those that post.
    world.incoming();
}
