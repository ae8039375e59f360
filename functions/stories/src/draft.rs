//! The body of a new story: from JSON to a document, or everything that is wrong with it at once.

mod rules;

use serde_json::{Map, Value};
use whisper_kit::FieldError;
use whisper_schema::prelude::{Document, Story, Timestamp};
use whisper_schema::{Rule, Violation, validate};

use self::rules::{rules, violation};
use crate::json_text;

pub use self::rules::unknown_mention;

/// How long a story is shown when its author doesn't say: 24 hours, in seconds.
pub const DEFAULT_LIFETIME: i64 = 24 * 60 * 60;
/// The shortest and the longest time a story is shown, in seconds.
pub const LIFETIME: std::ops::RangeInclusive<i64> = 60..=48 * 60 * 60;
/// The most users one story may mention.
pub const MAX_MENTIONS: usize = 20;
/// Unknown fields that are told, and how much of their names: an answer shouldn't outgrow its body.
const TOLD: usize = 20;
const TOLD_NAME: usize = 64;

/// The attributes that a client sets.
pub const FIELDS: [&str; 14] = [
    "contentType",
    "mediaUrl",
    "mediaFileId",
    "thumbnailUrl",
    "text",
    "backgroundColor",
    "duration",
    "filters",
    "stickers",
    "music",
    "location",
    "mentions",
    "privacy",
    "allowReplies",
];
/// The one field that is no attribute.
pub const EXPIRES_IN: &str = "expiresInSeconds";

/// Makes a story of a body, posted `now` by `author`.
///
/// # Errors
/// All that is wrong with it.
pub fn draft(
    mut body: Map<String, Value>,
    id: &str,
    author: &str,
    now: Timestamp,
) -> Result<Story, Vec<FieldError>> {
    let mut wrong = Vec::new();
    // Null is the same as not there: then defaults fill what is missing.
    body.retain(|_, value| !value.is_null());
    refuse_unknown(&mut body, &mut wrong);
    let lifetime = lifetime(body.remove(EXPIRES_IN), &mut wrong);
    for key in ["filters", "stickers", "music"] {
        settle_json(&mut body, key, &mut wrong);
    }
    remove_repeated_mentions(&mut body);
    wrong.extend(rules(&body));
    let mut document = body;
    document.insert("id".into(), id.into());
    document.insert("userId".into(), author.into());
    document.insert("createdAt".into(), now.into());
    document.insert("expiresAt".into(), now.plus(lifetime * 1000).into());
    for list in ["mentions", "viewerIds"] {
        document
            .entry(list)
            .or_insert_with(|| Value::Array(Vec::new()));
    }
    // The rules may have said it already, in more words.
    for violation in validate(Story::COLLECTION, &document) {
        if !wrong.iter().any(|known| known.field == violation.field) {
            wrong.push(violation);
        }
    }
    if !wrong.is_empty() {
        return Err(wrong.into_iter().map(FieldError::from).collect());
    }
    serde_json::from_value(Value::Object(document))
        .map_err(|error| vec![FieldError::new("body", Rule::Type, error.to_string())])
}

fn refuse_unknown(body: &mut Map<String, Value>, wrong: &mut Vec<Violation>) {
    let known = |key: &str| FIELDS.contains(&key) || key == EXPIRES_IN;
    let unknown = body.keys().filter(|key| !known(key)).take(TOLD);
    wrong.extend(unknown.map(|key| {
        let shown: String = key.chars().take(TOLD_NAME).collect();
        violation(&shown, Rule::Unknown, "is not a field of a new story")
    }));
    body.retain(|key, _| known(key));
}

fn lifetime(value: Option<Value>, wrong: &mut Vec<Violation>) -> i64 {
    let Some(value) = value else {
        return DEFAULT_LIFETIME;
    };
    let (start, end) = (LIFETIME.start(), LIFETIME.end());
    match value.as_i64() {
        Some(seconds) if LIFETIME.contains(&seconds) => return seconds,
        Some(_) => {
            let message = format!("must be from {start} to {end}");
            wrong.push(violation(EXPIRES_IN, Rule::Range, message));
        }
        None => wrong.push(violation(EXPIRES_IN, Rule::Type, "must be a whole number")),
    }
    DEFAULT_LIFETIME
}

fn settle_json(body: &mut Map<String, Value>, key: &str, wrong: &mut Vec<Violation>) {
    let Some(value) = body.remove(key) else {
        return;
    };
    match json_text::stored(value) {
        Some(text) => {
            body.insert(key.to_owned(), text.into());
        }
        None => wrong.push(violation(key, Rule::Type, "must be a JSON object or list")),
    }
}

fn remove_repeated_mentions(body: &mut Map<String, Value>) {
    let Some(Value::Array(mentions)) = body.get_mut("mentions") else {
        return;
    };
    // Far more than are allowed are refused as they stand, without comparing them all.
    if mentions.len() > 2 * MAX_MENTIONS {
        return;
    }
    let mut once: Vec<Value> = Vec::with_capacity(mentions.len());
    for mention in std::mem::take(mentions) {
        if !once.contains(&mention) {
            once.push(mention);
        }
    }
    *mentions = once;
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use whisper_schema::prelude::StoryPrivacy;

    use super::*;

    fn drafted(body: Value) -> Result<Story, Vec<(String, String)>> {
        let Value::Object(body) = body else {
            panic!("{body} is no object")
        };
        draft(body, "s1", "u1", Timestamp::from_millis(0)).map_err(|errors| {
            let mut wrong: Vec<_> = errors
                .into_iter()
                .map(|e| (e.field, e.rule.to_string()))
                .collect();
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
    }

    #[test]
    // One table; cut in two it would say less.
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
                "reference",
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
}
