//! Tests of the rules for a new story.

use serde_json::{Value, json};
use whisper_schema::body;

use super::*;

fn drafted(sent: Value) -> Result<Story, Vec<(String, String)>> {
    let now = Timestamp::from_millis(0);
    let story = body::read::<NewStory>(sent.as_object().unwrap());
    let told = |wrong: &whisper_schema::Violation| (wrong.field.clone(), wrong.rule.to_string());
    story
        .map(|story| story.story("s1".into(), "u1", now))
        .map_err(|wrong| {
            let mut wrong: Vec<_> = wrong.iter().map(told).collect();
            wrong.sort();
            wrong
        })
}

/// A body with one field replaced.
fn text_story(key: &str, value: Value) -> Value {
    let mut body = json!({"contentType": "text", "text": "Hello"});
    body[key] = value;
    body
}

#[test]
fn defaults_are_those_of_the_facts() {
    let story = drafted(json!({"contentType": "text", "text": "Hello"})).unwrap();
    assert_eq!(story.expires_at.as_millis(), 24 * 60 * 60 * 1000);
    assert_eq!((story.duration, story.privacy), (5, StoryPrivacy::Friends));
    assert!(story.allow_replies && story.mentions.is_empty() && story.viewer_ids.is_empty());
    assert_eq!(
        (story.view_count, story.reaction_count, story.reply_count),
        (0, 0, 0)
    );
    assert_eq!((story.id.as_str(), story.user_id.as_str()), ("s1", "u1"));
}

#[test]
fn what_is_sent_is_kept() {
    let story = drafted(json!({
        "contentType": "video", "mediaFileId": "f1", "mediaUrl": "https://cdn.example/v.mp4",
        "thumbnailUrl": "http://cdn.example/t.jpg", "backgroundColor": "#1F2937", "duration": 60,
        "filters": ["sepia"], "stickers": "[{\"x\":1}]", "music": {"track": "a"},
        "location": "Oslo", "mentions": ["u2", "u3", "u2"], "privacy": "close_friends",
        "allowReplies": false, "expiresInSeconds": 172_800, "text": null,
    }))
    .unwrap();
    assert_eq!(story.expires_at.as_millis(), 48 * 60 * 60 * 1000);
    assert_eq!(story.filters.as_deref(), Some("[\"sepia\"]"));
    assert_eq!(story.stickers.as_deref(), Some("[{\"x\":1}]"));
    assert_eq!(story.music.as_deref(), Some("{\"track\":\"a\"}"));
    assert_eq!(story.mentions, ["u2", "u3"]);
    assert_eq!((story.duration, story.allow_replies), (60, false));
    let place = drafted(text_story("location", json!("\u{200B}"))).unwrap();
    assert_eq!(place.location.as_deref(), Some(""));
}

#[test]
// The test is one table, which is longer than a function may be.
#[allow(clippy::too_many_lines)]
fn each_rule_has_its_refusal() {
    let long = |n: usize| Value::from("x".repeat(n));
    let cases = [
        ("contentType", json!("poll"), "contentType", "enum"),
        ("contentType", json!(7), "contentType", "type"),
        ("contentType", Value::Null, "contentType", "required"),
        ("contentType", json!("image"), "mediaUrl", "required"),
        ("text", Value::Null, "text", "required"),
        ("text", json!("  "), "text", "size"),
        ("text", json!("\u{200B}"), "text", "size"),
        ("text", json!("a\u{1B}[2J"), "text", "format"),
        ("text", long(501), "text", "size"),
        ("text", json!(["a"]), "text", "type"),
        (
            "mediaUrl",
            json!("ftp://files.example/a"),
            "mediaUrl",
            "format",
        ),
        (
            "mediaUrl",
            json!("javascript:alert(1)"),
            "mediaUrl",
            "format",
        ),
        ("thumbnailUrl", json!("https://"), "thumbnailUrl", "format"),
        ("mediaFileId", json!("../secret"), "mediaFileId", "format"),
        (
            "backgroundColor",
            json!("#12345"),
            "backgroundColor",
            "format",
        ),
        ("backgroundColor", json!("red"), "backgroundColor", "format"),
        ("duration", json!(0), "duration", "range"),
        ("duration", json!(61), "duration", "range"),
        ("duration", json!(5.5), "duration", "type"),
        ("filters", json!("not json"), "filters", "type"),
        ("stickers", json!(7), "stickers", "type"),
        ("music", json!({"track": "x".repeat(500)}), "music", "size"),
        ("location", long(201), "location", "size"),
        ("mentions", json!("u2"), "mentions", "type"),
        ("mentions", json!(["u2", 7]), "mentions[1]", "type"),
        (
            "mentions",
            json!(["u2", "not an id"]),
            "mentions[1]",
            "format",
        ),
        ("privacy", json!("everyone"), "privacy", "enum"),
        ("allowReplies", json!("yes"), "allowReplies", "type"),
        ("expiresInSeconds", json!(59), "expiresInSeconds", "range"),
        (
            "expiresInSeconds",
            json!(172_801),
            "expiresInSeconds",
            "range",
        ),
        (
            "expiresInSeconds",
            json!("1 day"),
            "expiresInSeconds",
            "type",
        ),
        ("viewCount", json!(1000), "viewCount", "unknown"),
        (
            "expiresAt",
            json!("2030-01-01T00:00:00Z"),
            "expiresAt",
            "unknown",
        ),
        ("userId", json!("somebody"), "userId", "unknown"),
    ];
    for (key, value, field, rule) in cases {
        let found = drafted(text_story(key, value.clone()));
        assert_eq!(
            found,
            Err(vec![(field.into(), rule.into())]),
            "{key} = {value}"
        );
    }
}

#[test]
fn the_edges_are_within() {
    for (key, value) in [
        ("text", json!("é".repeat(500))),
        ("duration", json!(1)),
        ("expiresInSeconds", json!(60)),
        (
            "mentions",
            json!((0..20).map(|i| format!("u{i}")).collect::<Vec<_>>()),
        ),
    ] {
        assert!(
            drafted(text_story(key, value.clone())).is_ok(),
            "{key} = {value}"
        );
    }
}

#[test]
fn too_many_mentions_are_one_mistake() {
    let many: Vec<_> = (0..21).map(|i| format!("u{i}")).collect();
    let found = drafted(text_story("mentions", json!(many)));
    assert_eq!(found, Err(vec![("mentions".into(), "size".into())]));
}

#[test]
fn all_mistakes_are_told_at_once() {
    let found = drafted(json!({
        "contentType": "audio", "duration": 0, "privacy": 3, "expiresInSeconds": 1, "surprise": true,
    }));
    let wrong = [
        ("duration", "range"),
        ("expiresInSeconds", "range"),
        ("mediaUrl", "required"),
        ("privacy", "type"),
        ("surprise", "unknown"),
    ];
    let wrong = wrong.map(|(field, rule)| (field.to_owned(), rule.to_owned()));
    assert_eq!(found, Err(wrong.to_vec()));
}
