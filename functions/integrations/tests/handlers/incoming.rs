//! Incoming webhooks: the right to manage them, and their addresses until they are replaced.

use futures::executor::block_on;
use futures::future::join_all;
use serde_json::{Value, json};
use whisper_kit::{Method, auth};
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::world::World;

fn words() -> Value {
    json!({"content": "Hello"})
}

#[test]
fn a_webhook_is_listed_without_its_secret_renamed_and_given_another_address() {
    let world = World::new();
    let made = world.incoming();
    let path = made["path"].as_str().unwrap().to_owned();
    let (start, secret) = path.rsplit_once('/').unwrap();
    assert_eq!(
        start,
        format!("/v1/webhooks/{}", made["id"].as_str().unwrap())
    );
    // 256 bits in base64url.
    let bare = secret.strip_prefix("wwh_").unwrap();
    assert_eq!(bare.len(), 43);
    world
        .post_to(&format!("{start}/{bare}"), &words())
        .expect_problem(404, "not_found");
    let stored: IncomingWebhook = world.scene.get(made["id"].as_str().unwrap());
    assert!(!format!("{stored:?}").contains(secret));
    let list = world.call(&world.adam, Method::GET, "incoming", &Value::Null);
    let list = list.expect(200);
    assert_eq!(list["items"][0]["name"], "Builds");
    assert!(list["items"][0]["path"].is_null() && list["items"][0]["secretHash"].is_null());

    let one = format!("incoming/{}", made["id"].as_str().unwrap());
    let change = json!({"name": "CI", "avatarUrl": null});
    let changed = world
        .call(&world.adam, Method::PATCH, &one, &change)
        .expect(200);
    assert_eq!(
        (&changed["name"], &changed["avatarUrl"]),
        (&json!("CI"), &Value::Null)
    );
    let sender: Profile = world.scene.get(made["userId"].as_str().unwrap());
    assert_eq!(sender.display_name.as_deref(), Some("CI"));
    world.post(&made, &words()).expect(201);

    let rotated = world.call(
        &world.ann,
        Method::POST,
        &format!("{one}/secret"),
        &Value::Null,
    );
    let rotated = rotated.expect(200);
    assert!(rotated["path"].as_str().unwrap().contains("/wwh_"));
    world
        .post_to(&path, &words())
        .expect_problem(404, "not_found");
    world.post(&rotated, &words()).expect(201);

    world
        .call(&world.ann, Method::DELETE, &one, &Value::Null)
        .expect(204);
    world
        .post(&rotated, &words())
        .expect_problem(404, "not_found");
    world
        .call(&world.ann, Method::DELETE, &one, &Value::Null)
        .expect_problem(404, "not_found");
    assert_eq!(world.scene.all::<IncomingWebhook>().len(), 0);
    assert!(world.scene.all::<Profile>().is_empty(), "nor its sender");
    let kinds = [
        "conversation.webhook_created",
        "conversation.webhook_changed",
        "conversation.webhook_deleted",
    ];
    assert_eq!(world.scene.events(&kinds).len(), 4);
}

#[test]
fn an_address_of_former_versions_is_good_until_it_is_replaced() {
    let world = World::new();
    let made = world.incoming();
    let id = made["id"].as_str().unwrap();
    let secret = auth::new_secret().unwrap();
    let former = Patch::new().set(IncomingWebhook::SECRET_HASH, auth::sha256_hex(&secret));
    world.scene.change::<IncomingWebhook>(id, former);
    let path = format!("/v1/webhooks/{id}/{secret}");
    world.post_to(&path, &words()).expect(201);
    let rotate = format!("incoming/{id}/secret");
    let rotated = world.call(&world.ann, Method::POST, &rotate, &Value::Null);
    let rotated = rotated.expect(200);
    world
        .post_to(&path, &words())
        .expect_problem(404, "not_found");
    world.post(&rotated, &words()).expect(201);
}

#[test]
fn only_members_whom_the_setting_names_have_to_do_with_webhooks() {
    let world = World::new();
    let made = world.incoming();
    let id = made["id"].as_str().unwrap();
    let (stranger, body) = (world.scene.person(), json!({"name": "X"}));
    let nobody = whisper_messages::testing::Person {
        id: String::new(),
        token: String::new(),
    };
    for (method, rest, body) in [
        (Method::POST, "incoming".to_owned(), &body),
        (Method::GET, "incoming".to_owned(), &Value::Null),
        (Method::PATCH, format!("incoming/{id}"), &body),
        (Method::POST, format!("incoming/{id}/secret"), &Value::Null),
        (Method::DELETE, format!("incoming/{id}"), &Value::Null),
    ] {
        let call = |who| world.call(who, method.clone(), &rest, body);
        call(&nobody).expect_problem(401, "unauthenticated");
        call(&stranger).expect_problem(404, "not_found");
        call(&world.mia).expect_problem(403, "forbidden");
    }
    let settings = json!({"editDetails": "everyone"}).to_string();
    let patch = Patch::new().set(Conversation::SETTINGS, settings);
    world.scene.change(&world.group, patch);
    world
        .call(&world.mia, Method::POST, "incoming", &body)
        .expect(201);
    let left = Patch::new().set(
        ConversationMember::STATUS,
        ConversationMemberStatus::Removed,
    );
    world
        .scene
        .change(&member_id(&world.group, &world.mia.id), left);
    world
        .call(&world.mia, Method::GET, "incoming", &Value::Null)
        .expect_problem(404, "not_found");
}

#[test]
fn a_webhook_is_found_in_its_own_conversation_alone() {
    let world = World::new();
    let made = world.incoming();
    let other = world.scene.group(&[&world.ann, &world.mia]);
    let owner = Patch::new().set(ConversationMember::ROLE, ConversationMemberRole::Owner);
    world.scene.change(&member_id(&other, &world.ann.id), owner);
    let elsewhere = World {
        group: other,
        ..world
    };
    for id in [made["id"].as_str().unwrap(), "nothing"] {
        let one = format!("incoming/{id}");
        let call = elsewhere.call(&elsewhere.ann, Method::DELETE, &one, &Value::Null);
        call.expect_problem(404, "not_found");
    }
}

#[test]
fn a_group_has_ten_and_of_those_made_at_once_no_more() {
    let world = World::new();
    for _ in 0..7 {
        world.incoming();
    }
    let path = format!("/v1/conversations/{}/webhooks/incoming", world.group);
    let body = json!({"name": "X"});
    let many = (0..5).map(|_| {
        world
            .hooks
            .send(Method::POST, &path, &world.ann.token, &body)
    });
    let answers = block_on(join_all(many));
    let made = answers
        .iter()
        .filter(|a| a.response.status() == 201)
        .count();
    assert_eq!(made, 3);
    for refused in answers.into_iter().filter(|a| a.response.status() != 201) {
        refused.expect_problem(409, "too_many_webhooks");
    }
    assert_eq!(world.scene.all::<IncomingWebhook>().len(), 10);
}

#[test]
fn what_a_webhook_may_not_be() {
    let world = World::new();
    for (body, field) in [
        (json!({}), "name"),
        (json!({"name": " "}), "name"),
        (json!({"name": "x".repeat(81)}), "name"),
        (
            json!({"name": "X", "avatarUrl": "http://a.example/x.png"}),
            "avatarUrl",
        ),
        (json!({"name": "X", "avatarUrl": 1}), "avatarUrl"),
        (json!({"name": "a\u{202e}b"}), "name"),
        (json!({"name": "X", "secret": "x"}), "secret"),
    ] {
        let refused = world.call(&world.ann, Method::POST, "incoming", &body);
        let problem = refused.expect_problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["field"], field, "{body}");
    }
    assert!(world.scene.all::<IncomingWebhook>().is_empty());
    assert!(world.scene.all::<Profile>().is_empty());
    let encrypted = Patch::new().set(Conversation::IS_ENCRYPTED, true);
    world.scene.change(&world.group, encrypted);
    let refused = world.call(&world.ann, Method::POST, "incoming", &json!({"name": "X"}));
    refused.expect_problem(409, "encrypted_conversation");
    let direct = world.scene.direct(&world.ann, &world.mia);
    let direct = World {
        group: direct,
        ..world
    };
    let refused = direct.call(&direct.ann, Method::POST, "incoming", &json!({"name": "X"}));
    refused.expect_problem(409, "direct_conversation");
}

#[test]
fn changes_have_a_rate() {
    let world = World::with(&[("webhook_change_rate_per_hour", "1")]);
    world.incoming();
    let body = json!({"name": "X"});
    let refused = world.call(&world.ann, Method::POST, "incoming", &body);
    refused.expect_problem(429, "rate_limited");
    world
        .call(&world.adam, Method::POST, "incoming", &body)
        .expect(201);
}
