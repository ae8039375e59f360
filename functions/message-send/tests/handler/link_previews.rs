//! Previews of links: sent with the words, shown with them, copied with them; never in encrypted conversations.

use serde_json::{Value, json};
use whisper_messages::testing::{Scene, fields};
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::desk::Desk;

const URL: &str = "https://example.com/tea";

fn preview() -> Value {
    json!({"url": URL, "title": "Tea", "description": "All\nabout it", "siteName": "Example", "imageUrl": "https://example.com/tea.png"})
}

fn words() -> Value {
    json!({"content": "Look", "links": ["http://other.example", URL], "metadata": {"linkPreview": preview()}})
}

fn encrypt(scene: &Scene, conversation: &str) {
    let patch = Patch::<Conversation>::new().set(Conversation::IS_ENCRYPTED, true);
    scene.change(conversation, patch);
}

#[test]
fn it_is_shown_with_the_message() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    let target = scene.say(&bob, &group, "Tea?");
    for (id, more) in [
        ("text", json!({})),
        ("link", json!({"contentType": "link", "content": ""})),
        (
            "reply",
            json!({"contentType": "reply", "replyToMessageId": target}),
        ),
    ] {
        let mut body = words();
        body["id"] = json!(id);
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        let sent = scene.send(&ann, &group, &body).expect(201);
        let wanted = json!({"linkPreview": preview()});
        assert_eq!(sent["metadata"], wanted, "{id}");
        let history = scene.read(&bob, &group, "?limit=1").expect(200);
        assert_eq!(history["items"][0]["metadata"], wanted, "{id}");
        let alone = scene.read(&bob, &group, &format!("/{id}")).expect(200);
        assert_eq!(alone["metadata"], wanted, "{id}");
        // Sent again it is the same message; with another preview it is another one.
        let again = scene.send(&ann, &group, &body).expect(200);
        assert_eq!(again["metadata"], wanted, "{id}");
        body["metadata"]["linkPreview"]["title"] = json!("Coffee");
        let other = scene.send(&ann, &group, &body);
        other.expect_problem(409, "message_id_taken");
    }
    // Words without one have no metadata, as ever.
    let plain = json!({"content": "Look", "links": [URL], "metadata": {"linkPreview": null}});
    let plain = scene.send(&ann, &group, &plain).expect(201);
    assert_eq!(plain.get("metadata"), None);
    let stored: Message = scene.get(plain["id"].as_str().unwrap());
    assert_eq!(stored.metadata, None);
}

#[test]
fn it_belongs_to_a_link_of_the_message_and_nothing_else_is_sent() {
    let scene = crate::scene();
    let (ann, eve) = (scene.person(), scene.person());
    let group = scene.group(&[&ann]);
    for (key, value, fault) in [
        ("url", json!("https://example.com/coffee"), "url:reference"),
        ("url", json!("https://EXAMPLE.com/tea"), "url:reference"),
        ("title", json!("x".repeat(201)), "title:size"),
        (
            "imageUrl",
            json!("data:image/png;base64,"),
            "imageUrl:format",
        ),
    ] {
        let mut body = words();
        body["metadata"]["linkPreview"][key] = value;
        let refused = fields(scene.send(&ann, &group, &body));
        assert_eq!(refused, [format!("metadata.linkPreview.{fault}")]);
    }
    let mut image = words();
    image["contentType"] = json!("image");
    image["mediaFileIds"] = json!(["f"]);
    let refused = fields(scene.send(&ann, &group, &image));
    assert_eq!(refused, ["metadata.linkPreview:unknown"]);
    let stranger = scene.send(&eve, &group, &words());
    stranger.expect_problem(404, "not_found");
    assert!(scene.all::<Message>().is_empty());
}

#[test]
fn a_copy_has_it_among_the_details_of_its_original() {
    let scene = crate::scene();
    let ann = scene.person();
    let (group, sealed) = (scene.group(&[&ann]), scene.group(&[&ann]));
    let origin = scene.send(&ann, &group, &words()).expect(201);
    let forward = |message: &Value| json!({"contentType": "forward", "forwardedFromMessageId": message["id"], "forwardedFromConversationId": group});
    let copy = scene.send(&ann, &group, &forward(&origin)).expect(201);
    let wanted = json!({"originalContentType": "text", "original": {"linkPreview": preview()}});
    assert_eq!(copy["metadata"], wanted);
    assert_eq!(copy["links"], origin["links"]);
    let second = scene.send(&ann, &group, &forward(&copy)).expect(201);
    assert_eq!(second["metadata"], wanted);
    encrypt(&scene, &sealed);
    for message in [&origin, &copy] {
        let copy = scene.send(&ann, &sealed, &forward(message)).expect(201);
        assert_eq!(copy["metadata"], json!({"originalContentType": "text"}));
        assert_eq!(copy["content"], "Look");
    }
}

#[test]
fn an_encrypted_conversation_has_none_in_the_clear() {
    let desk = Desk::new();
    let scene = &desk.scene;
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    let waiting = desk.schedule(&ann, &group, &words()).expect(201);
    encrypt(scene, &group);
    let refused = fields(scene.send(&ann, &group, &words()));
    assert_eq!(refused, ["metadata.linkPreview:unknown"]);
    let refused = fields(desk.schedule(&ann, &group, &words()));
    assert_eq!(refused, ["message.metadata.linkPreview:unknown"]);
    let refused = fields(desk.send_now(&ann, waiting["id"].as_str().unwrap()));
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(scene.all::<Message>().is_empty());
    let mut without = words();
    without["metadata"] = Value::Null;
    scene.send(&ann, &group, &without).expect(201);
}

#[test]
fn it_costs_neither_a_statement_nor_a_row() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    scene.say(&ann, &group, "Opens the connections");
    let cost = |body: &Value| {
        scene.edge.statements();
        scene.edge.rows_written();
        scene.send(&ann, &group, body).expect(201);
        let rows: u64 = scene.edge.rows_written().iter().sum();
        (scene.edge.statements().len(), rows)
    };
    assert_eq!(cost(&words()), cost(&json!({"content": "Look"})));
}
