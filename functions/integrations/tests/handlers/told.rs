//! The events that webhooks are told of, and those that they aren't.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use whisper_kit::Method;
use whisper_kit::outbound::Outgoing;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::world::{HOUR, World, body, header};

/// The signature of a request by a secret.
fn signature(of: &Outgoing, secret: &Value) -> String {
    let secret = secret.as_str().unwrap().strip_prefix("whsec_").unwrap();
    let key = STANDARD.decode(secret).unwrap();
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).unwrap();
    let head = format!(
        "{}.{}.",
        header(of, "webhook-id"),
        header(of, "webhook-timestamp")
    );
    mac.update(head.as_bytes());
    mac.update(&of.body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[test]
fn a_message_is_told_once_signed_as_a_member_sees_it() {
    let world = World::new();
    world.scene.say(&world.mia, &world.group, "before");
    let webhook = world.outgoing("/a", &["message.created"]);
    let sent = world.scene.say(&world.mia, &world.group, "after");
    let told = world.react();
    assert_eq!(told.len(), 1, "nothing from before it was there");
    let one = &told[0];
    assert_eq!(one.endpoint, "https://hooks.example.com/a");
    assert_eq!(
        header(one, "webhook-signature"),
        signature(one, &webhook["secret"])
    );
    let now = world.hooks.ctx().now().as_millis() / 1000;
    assert_eq!(header(one, "webhook-timestamp"), now.to_string());
    let body = body(one);
    assert_eq!(body["type"], "message.created");
    let message = &body["data"]["message"];
    assert_eq!(
        (&message["id"], &message["content"]),
        (&json!(sent), &json!("after"))
    );
    assert_eq!(body["data"]["byUserId"], world.mia.id.as_str());
    assert!(world.react().is_empty() && world.job().is_empty());
    assert!(world.scene.all::<WebhookDelivery>().is_empty());
    let attempts = world.attempts(&webhook);
    assert_eq!(attempts.len(), 1);
    assert_eq!(
        (&attempts[0]["ok"], &attempts[0]["status"]),
        (&json!(true), &json!(204))
    );
}

#[test]
fn each_webhook_is_told_of_the_events_it_wants_of_its_conversation() {
    let world = World::new();
    world.outgoing("/messages", &["message.edited", "message.deleted"]);
    world.outgoing("/reactions", &["reaction.added", "reaction.removed"]);
    let other = world.scene.group(&[&world.ann, &world.mia]);
    world.scene.say(&world.ann, &other, "elsewhere");
    let message = world.scene.say(&world.mia, &world.group, "x");
    let edit = json!({"content": "y"});
    let rest = format!("/{message}");
    let edited = world
        .scene
        .act_with(&world.mia, Method::PATCH, &world.group, &rest, &edit);
    edited.expect(200);
    let reaction = format!("/{message}/reactions/%F0%9F%91%8D");
    world
        .scene
        .act(&world.ann, Method::PUT, &world.group, &reaction)
        .expect(200);
    world
        .scene
        .act(&world.ann, Method::DELETE, &world.group, &reaction)
        .expect(204);
    let mut told: Vec<(String, Value)> = Vec::new();
    for one in world.react() {
        let path = one.endpoint.rsplit('/').next().unwrap().to_owned();
        told.push((path, body(&one)));
    }
    told.sort_by_key(|(_, body)| body["type"].as_str().unwrap().to_owned());
    let kinds: Vec<(&str, &str)> = told
        .iter()
        .map(|(path, body)| (path.as_str(), body["type"].as_str().unwrap()))
        .collect();
    assert_eq!(
        kinds,
        [
            ("messages", "message.edited"),
            ("reactions", "reaction.added"),
            ("reactions", "reaction.removed"),
        ]
    );
    assert_eq!(told[0].1["data"]["message"]["content"], "y");
    assert_eq!(told[1].1["data"]["reaction"], "👍");
    assert_eq!(told[1].1["data"]["messageId"], message.as_str());
    let deleted = world
        .scene
        .act(&world.mia, Method::DELETE, &world.group, &rest);
    deleted.expect(204);
    let told = world.react();
    let told = body(&told[0]);
    assert_eq!(told["type"], "message.deleted");
    assert_eq!(
        told["data"],
        json!({"conversationId": world.group, "messageId": message, "byUserId": world.mia.id})
    );
}

#[test]
fn words_that_are_gone_when_their_turn_comes_are_not_told() {
    let world = World::new();
    let webhook = world.outgoing("/a", &["message.created"]);
    world.receiver.answer("/a", 500, "");
    let message = world.scene.say(&world.mia, &world.group, "secret");
    assert_eq!(world.react().len(), 1);
    let waiting = world.scene.all::<WebhookDelivery>();
    assert!(!format!("{waiting:?}").contains("secret"), "ids alone");
    let rest = format!("/{message}");
    world
        .scene
        .act(&world.mia, Method::DELETE, &world.group, &rest)
        .expect(204);
    world.advance(HOUR);
    assert!(world.job().is_empty());
    assert!(world.scene.all::<WebhookDelivery>().is_empty());
    let world = world.signed_in_again();
    assert_eq!(world.attempts(&webhook).len(), 1);
    // Nor a message of a conversation that clients came to encrypt.
    world.scene.say(&world.mia, &world.group, "again");
    world.scene.change(
        &world.group,
        Patch::new().set(Conversation::IS_ENCRYPTED, true),
    );
    assert!(world.react().is_empty());
}

#[test]
fn a_secret_that_was_replaced_signs_for_a_day_beside_the_new_one() {
    let world = World::new();
    let webhook = world.outgoing("/a", &["message.created"]);
    let rest = format!("outgoing/{}/secret", webhook["id"].as_str().unwrap());
    let rotated = world
        .call(&world.ann, Method::POST, &rest, &Value::Null)
        .expect(200);
    assert_ne!(rotated["secret"], webhook["secret"]);
    world.scene.say(&world.mia, &world.group, "x");
    let told = world.react();
    let (new, former) = (
        signature(&told[0], &rotated["secret"]),
        signature(&told[0], &webhook["secret"]),
    );
    assert_eq!(
        header(&told[0], "webhook-signature"),
        format!("{new} {former}")
    );
    world.advance(25 * HOUR);
    // Access tokens of people last a quarter of an hour.
    let world = world.signed_in_again();
    let test = world.call(
        &world.ann,
        Method::POST,
        &rest.replace("/secret", "/test"),
        &Value::Null,
    );
    test.expect(202);
    let told = world.receiver.take();
    let signed = header(&told[0], "webhook-signature");
    assert_eq!(signed, signature(&told[0], &rotated["secret"]));
}

#[test]
fn a_channel_that_does_not_sign_is_told_of_without_the_author() {
    let world = World::new();
    let patch = Patch::new().set(Conversation::KIND, ConversationKind::Channel);
    world.scene.change::<Conversation>(&world.group, patch);
    world.outgoing(
        "/a",
        &["message.created", "message.edited", "message.deleted"],
    );
    let message = world.scene.say(&world.ann, &world.group, "x");
    let (rest, edit) = (format!("/{message}"), json!({"content": "y"}));
    let edited = world
        .scene
        .act_with(&world.ann, Method::PATCH, &world.group, &rest, &edit);
    edited.expect(200);
    let mut told = world.react();
    let deleted = world
        .scene
        .act(&world.ann, Method::DELETE, &world.group, &rest);
    deleted.expect(204);
    told.extend(world.react());
    assert_eq!(told.len(), 3);
    for one in told {
        let text = body(&one).to_string();
        assert!(!text.contains(&world.ann.id), "{text}");
    }
}

#[test]
fn joining_on_ones_own_is_told_as_being_added_is() {
    let world = World::new();
    world.outgoing("/a", &["member.joined"]);
    let what = json!({"userId": "cid", "messageIds": []});
    world
        .scene
        .commit(whisper_store::Batch::new().insert(&Event {
            id: "e1".into(),
            kind: "conversation.member_joined".into(),
            subject: world.group.clone(),
            user_id: Some("cid".into()),
            payload: what.to_string(),
            created_at: Timestamp::AT_COMMIT,
        }));
    let told = world.react();
    assert_eq!(told.len(), 1);
    let body = body(&told[0]);
    assert_eq!(body["type"], "member.joined");
    assert_eq!(body["data"]["userIds"], json!(["cid"]));
}

#[test]
fn a_pin_changes_no_field_and_is_not_told() {
    let world = World::new();
    world.outgoing("/a", &["message.created", "conversation.updated"]);
    let message = world.scene.say(&world.mia, &world.group, "x");
    world.react();
    let pin = format!("/{message}/pin");
    let pinned = world.scene.act(&world.ann, Method::PUT, &world.group, &pin);
    pinned.expect(200);
    assert!(world.react().is_empty());
}
