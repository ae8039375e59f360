//! Previews of links after they were sent: edits keep, change and drop them; they go with the words, and copies follow.

use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::Answer;
use whisper_messages::LinkPreviewView;
use whisper_messages::testing::{Person, fields};
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::broadcasts::Circle;
use crate::channels::Station;
use crate::world::{World, two};

const TEA: &str = "https://example.com/tea";
const COFFEE: &str = "https://example.com/coffee";

fn preview(url: &str, title: &str) -> Value {
    json!({"url": url, "title": title})
}

fn words(id: &str) -> Value {
    json!({"id": id, "content": "Look", "links": [TEA, COFFEE], "metadata": {"linkPreview": preview(TEA, "Tea")}})
}

fn edit(world: &World, who: &Person, place: &str, id: &str, body: &Value) -> Answer {
    let rest = format!("/{id}");
    let scene = &world.scene;
    scene.act_with(who, Method::PATCH, place, &rest, body)
}

/// The title that a stored message's preview has.
fn title(world: &World, id: &str) -> Option<String> {
    let message: Message = world.scene.get(id);
    LinkPreviewView::of(&message).map(|preview| preview.title)
}

#[test]
fn it_stays_as_long_as_its_link_does() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    world.scene.send(&ann, &group, &words("m")).expect(201);
    for kept in [
        json!({"content": "Look here"}),
        json!({"links": [TEA]}),
        json!({"metadata": {}, "links": [COFFEE, TEA]}),
    ] {
        let edited = edit(&world, &ann, &group, "m", &kept).expect(200);
        let wanted = json!({"linkPreview": preview(TEA, "Tea")});
        assert_eq!(edited["metadata"], wanted, "{kept}");
    }
    let dropped = edit(&world, &ann, &group, "m", &json!({"links": [COFFEE]})).expect(200);
    assert_eq!(dropped.get("metadata"), None);
    let seen = world.scene.read(&bob, &group, "/m").expect(200);
    assert_eq!(seen.get("metadata"), None);
    assert_eq!(world.scene.get::<Message>("m").metadata, None);
    // The link alone doesn't bring it back.
    let back = edit(&world, &ann, &group, "m", &json!({"links": [TEA]})).expect(200);
    assert_eq!(back.get("metadata"), None);
}

#[test]
fn an_edit_brings_another_or_takes_it_away() {
    let world = World::new();
    let (ann, _, group) = two(&world);
    let say = json!({"id": "m", "content": "Look", "links": [TEA]});
    world.scene.send(&ann, &group, &say).expect(201);
    let link = json!({"id": "link", "contentType": "link", "links": [TEA]});
    world.scene.send(&ann, &group, &link).expect(201);
    for id in ["m", "link"] {
        let with = |preview: Value| json!({"metadata": {"linkPreview": preview}});
        let put = |body: &Value| edit(&world, &ann, &group, id, body).expect(200);
        let first = put(&with(preview(TEA, "Tea")));
        assert_eq!(first["metadata"]["linkPreview"], preview(TEA, "Tea"));
        assert!(first["editedAt"].is_string());
        let versions = world.scene.all::<MessageVersion>().len();
        let same = put(&with(preview(TEA, "Tea")));
        assert_eq!(same["updatedAt"], first["updatedAt"], "no edit");
        assert_eq!(world.scene.all::<MessageVersion>().len(), versions);
        // With its link, in one edit.
        let mut both = with(preview(COFFEE, "Coffee"));
        both["links"] = json!([COFFEE]);
        let other = put(&both);
        assert_eq!(other["metadata"]["linkPreview"], preview(COFFEE, "Coffee"));
        assert_eq!(put(&with(Value::Null)).get("metadata"), None);
    }
}

#[test]
fn an_edit_of_it_alone_is_another_edit_by_the_etag() {
    let world = World::new();
    let (ann, _, group) = two(&world);
    world.scene.send(&ann, &group, &words("m")).expect(201);
    let etag = |answer: &Answer| answer.response.headers()["etag"].clone();
    let before = world.scene.read(&ann, &group, "/m");
    let other = json!({"metadata": {"linkPreview": preview(TEA, "Green tea")}});
    let after = edit(&world, &ann, &group, "m", &other);
    assert_ne!(etag(&before), etag(&after));
}

#[test]
fn the_rules_are_those_of_a_send() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, group) = two(&world);
    scene.send(&ann, &group, &words("m")).expect(201);
    let image = json!({"id": "image", "contentType": "image", "mediaUrls": ["https://a.example/f"], "links": [TEA]});
    scene.send(&ann, &group, &image).expect(201);
    let at = |preview: Value| json!({"metadata": {"linkPreview": preview}});
    let mut gone = at(preview(TEA, "Tea"));
    gone["links"] = json!([COFFEE]);
    for (id, body, fault) in [
        ("m", gone, "metadata.linkPreview.url:reference"),
        (
            "m",
            at(preview("https://x.example", "x")),
            "metadata.linkPreview.url:reference",
        ),
        (
            "m",
            at(preview(TEA, "\u{200B}")),
            "metadata.linkPreview.title:required",
        ),
        (
            "m",
            at(json!({"url": TEA})),
            "metadata.linkPreview.title:required",
        ),
        ("m", at(json!("x")), "metadata.linkPreview:type"),
        ("m", json!({"metadata": null}), "metadata:required"),
        (
            "m",
            json!({"metadata": {"width": 1}}),
            "metadata.width:unknown",
        ),
        (
            "image",
            at(preview(TEA, "Tea")),
            "metadata.linkPreview:unknown",
        ),
    ] {
        assert_eq!(
            fields(edit(&world, &ann, &group, id, &body)),
            [fault],
            "{body}"
        );
    }
    let body = at(preview(TEA, "Mine"));
    edit(&world, &bob, &group, "m", &body).expect_problem(403, "forbidden");
    let eve = scene.person();
    edit(&world, &eve, &group, "m", &body).expect_problem(404, "not_found");
    let sealed = Patch::<Conversation>::new().set(Conversation::IS_ENCRYPTED, true);
    scene.change(&group, sealed);
    let refused = fields(edit(&world, &ann, &group, "m", &body));
    assert_eq!(refused, ["metadata.linkPreview:unknown"]);
    assert_eq!(title(&world, "m").as_deref(), Some("Tea"));
    assert_eq!(scene.all::<MessageVersion>(), []);
}

#[test]
fn it_goes_with_the_message() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, group) = two(&world);
    scene.send(&ann, &group, &words("deleted")).expect(201);
    let mut ends = words("ended");
    ends["expiresAt"] = json!(scene.edge.ctx().now().plus(1_000));
    scene.send(&ann, &group, &ends).expect(201);
    world.delete(&ann, &group, "deleted").expect(204);
    let seen = scene.read(&bob, &group, "/deleted").expect(200);
    assert_eq!(seen.get("metadata"), None);
    scene.edge.advance(1_000);
    world.sweep();
    let stored = scene.all::<Message>();
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].metadata, None);
}

#[test]
fn the_copy_that_is_talked_about_follows() {
    let station = Station::new();
    let world = &station.world;
    station.link();
    let post = json!({"id": "post", "content": "Look", "links": [TEA, COFFEE]});
    let (amy, channel) = (&station.amy, station.channel.as_str());
    world.scene.send(amy, channel, &post).expect(201);
    let opened = station.comments(&station.rob, "post").expect(201);
    let copy = opened["messageId"].as_str().unwrap();
    for (body, wanted) in [
        (
            json!({"metadata": {"linkPreview": preview(TEA, "Tea")}}),
            Some("Tea"),
        ),
        (json!({"content": "Well?"}), Some("Tea")),
        (json!({"links": []}), None),
    ] {
        edit(world, amy, channel, "post", &body).expect(200);
        assert_eq!(title(world, "post").as_deref(), wanted);
        assert_eq!(title(world, copy).as_deref(), wanted, "{body}");
        let metadata = world.scene.get::<Message>(copy).metadata;
        assert!(
            metadata
                .unwrap()
                .contains(r#""originalContentType":"text""#)
        );
    }
}

#[test]
fn copies_of_a_broadcast_have_it_but_in_encrypted_conversations() {
    let circle = Circle::new(2);
    let (world, ann) = (&circle.world, &circle.ann);
    let scene = &world.scene;
    let sealed = scene.direct(ann, &circle.people[0]);
    let patch = Patch::<Conversation>::new().set(Conversation::IS_ENCRYPTED, true);
    scene.change(&sealed, patch);
    scene.send(ann, &circle.list, &words("m")).expect(201);
    circle.job();
    let copies = || {
        let mut copies = scene.all::<Message>();
        copies.retain(|message| message.id != "m");
        let (in_sealed, open): (Vec<_>, Vec<_>) = copies
            .into_iter()
            .partition(|copy| copy.conversation_id == sealed);
        let title = |copies: &[Message]| {
            assert_eq!(copies.len(), 1);
            LinkPreviewView::of(&copies[0]).map(|preview| preview.title)
        };
        (title(&in_sealed), title(&open))
    };
    assert_eq!(copies(), (None, Some("Tea".to_owned())));
    let other = json!({"metadata": {"linkPreview": preview(COFFEE, "Coffee")}});
    edit(world, ann, &circle.list, "m", &other).expect(200);
    world.sweep();
    assert_eq!(copies(), (None, Some("Coffee".to_owned())));
    edit(world, ann, &circle.list, "m", &json!({"links": []})).expect(200);
    world.sweep();
    assert_eq!(copies(), (None, None));
}
