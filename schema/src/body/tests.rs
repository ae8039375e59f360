use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::prelude::{Conversation, ConversationKind, Story, StoryContentType};
use crate::{Body, Timestamp};

/// A part of a body.
#[derive(Debug, PartialEq, Body)]
struct Option_ {
    /// Words.
    #[field(size = 1..=5)]
    text: String,
}

/// Every kind of field.
#[derive(Debug, PartialEq, Body)]
#[body(of = Story, check = Everything::check, example = r#"{"contentType": "text"}"#)]
struct Everything {
    /// An attribute's rules.
    content_type: StoryContentType,
    /// An attribute's rules, may be left out.
    text: Option<String>,
    /// An attribute's bounds, narrowed.
    #[field(range = 1..=60, default = 5)]
    duration: i64,
    /// A list.
    #[field(count = 0..=2, is = forms::ID)]
    mentions: Vec<String>,
    /// Its own.
    #[field(apart, key = "expiresInSeconds", range = 60..=172_800)]
    lifetime: Option<i64>,
    /// Objects.
    #[field(apart, count = 0..=3)]
    options: Vec<Option_>,
    /// A number.
    #[field(apart, range = -90.0..=90.0)]
    latitude: Option<f64>,
    /// A point in time.
    #[field(apart)]
    at: Option<Timestamp>,
    /// Yes or no.
    #[field(apart, default = true)]
    loud: bool,
}

impl Everything {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        if self.content_type == StoryContentType::Text
            && self.text.is_none()
            && fields.is_clean("text")
        {
            fields.refuse("text", crate::Rule::Required, "is required in a text story");
        }
    }
}

/// A part with a tag.
#[derive(Debug, PartialEq, Body)]
#[body(tag = "kind", content = "details", default = "plain")]
enum Tagged {
    /// Nothing more.
    Plain,
    /// One option.
    #[body(required)]
    TheOption(Option_),
}

/// Around a tagged part.
#[derive(Debug, PartialEq, Body)]
struct Around {
    /// A name.
    #[field(size = 1..=9)]
    name: String,
    /// The part.
    #[field(flatten)]
    part: Tagged,
}

/// A change.
#[derive(Debug, Body)]
#[body(changes = Conversation)]
struct Renamed {
    /// Kept when left out.
    name: Option<String>,
    /// Can go.
    description: Change<String>,
    /// An object kept as text.
    settings: Change<JsonText>,
    /// One of the document's own type.
    is_encrypted: Option<bool>,
}

fn wrong<T: Body + std::fmt::Debug>(body: &Value) -> Vec<(String, &'static str)> {
    let violations = read::<T>(body.as_object().unwrap()).unwrap_err();
    let told = violations.into_iter().map(|v| (v.field, v.rule.as_str()));
    told.collect()
}

fn good<T: Body>(body: &Value) -> T {
    match read(body.as_object().unwrap()) {
        Ok(body) => body,
        Err(wrong) => panic!("{body}: {wrong:?}"),
    }
}

#[test]
fn what_is_left_out_or_null_has_its_default() {
    let read: Everything = good(&json!({"contentType": "image", "text": null, "duration": null}));
    assert_eq!((read.duration, read.loud, read.text), (5, true, None));
    assert!(read.mentions.is_empty() && read.options.is_empty() && read.at.is_none());
}

#[test]
fn every_field_is_read() {
    let read: Everything = good(&json!({
        "contentType": "text", "text": "Hi", "duration": 60, "mentions": ["a", "b"], "expiresInSeconds": 60,
        "options": [{"text": "x"}], "latitude": 1, "at": "2026-01-01T00:00:00Z", "loud": false,
    }));
    assert_eq!(
        (read.text.as_deref(), read.duration, read.lifetime),
        (Some("Hi"), 60, Some(60))
    );
    assert_eq!((read.latitude, read.loud), (Some(1.0), false));
    assert_eq!(read.options[0].text, "x");
    assert!(read.at.is_some());
}

#[test]
fn an_object_in_a_text_is_read_as_strictly_as_one_beside_it() {
    let twice = r#"{"text": "x", "a": [{"b": 1, "b": 2}]}"#;
    let deep = format!(r#"{{"a": {}}}"#, "[".repeat(1000));
    for (settings, told) in [
        (twice, ("settings.a[0].b", "unique")),
        (&deep, ("settings.a", "size")),
        ("[]", ("settings", "type")),
    ] {
        let body = json!({ "settings": settings });
        let told = (told.0.to_owned(), told.1);
        assert_eq!(wrong::<Renamed>(&body), [told]);
    }
    for (details, told) in [
        (r#"{"text": "x", "text": "y"}"#, ("details.text", "unique")),
        ("[]", ("details", "format")),
    ] {
        let body = json!({"name": "n", "kind": "the_option", "details": details});
        let told = (told.0.to_owned(), told.1);
        assert_eq!(wrong::<Around>(&body), [told]);
    }
}

#[test]
fn each_rule_has_its_refusal() {
    for (key, value, told) in [
        ("contentType", json!("poll"), ("contentType", "enum")),
        ("contentType", json!(7), ("contentType", "type")),
        ("contentType", Value::Null, ("contentType", "required")),
        ("text", json!("x".repeat(501)), ("text", "size")),
        ("text", json!("a\0"), ("text", "format")),
        ("duration", json!(0), ("duration", "range")),
        ("duration", json!(5.5), ("duration", "type")),
        ("mentions", json!(["a", "b", "c"]), ("mentions", "size")),
        ("mentions", json!(["a", "../b"]), ("mentions[1]", "format")),
        ("mentions", json!(["a", 7]), ("mentions[1]", "type")),
        ("expiresInSeconds", json!(59), ("expiresInSeconds", "range")),
        (
            "options",
            json!([{"text": "x"}, {}]),
            ("options[1].text", "required"),
        ),
        (
            "options",
            json!([{"text": "sixsix"}]),
            ("options[0].text", "size"),
        ),
        (
            "options",
            json!([{"text": "x", "more": 1}]),
            ("options[0].more", "unknown"),
        ),
        ("options", json!([7]), ("options[0]", "type")),
        ("latitude", json!(91), ("latitude", "range")),
        ("latitude", json!("1"), ("latitude", "type")),
        ("at", json!("yesterday"), ("at", "format")),
        ("loud", json!("yes"), ("loud", "type")),
        ("viewCount", json!(1), ("viewCount", "unknown")),
    ] {
        let mut body = json!({"contentType": "text", "text": "Hello"});
        body[key] = value;
        let (field, rule) = told;
        assert_eq!(
            wrong::<Everything>(&body),
            [(field.to_owned(), rule)],
            "{body}"
        );
    }
    let bare = json!({"contentType": "text"});
    assert_eq!(
        wrong::<Everything>(&bare),
        [("text".to_owned(), "required")]
    );
}

/// Texts that people see.
#[derive(Debug, PartialEq, Body)]
#[body(of = Conversation)]
struct Named {
    /// An attribute's rules.
    name: String,
    /// Its own.
    #[field(apart, size = 1..=2, text = Name)]
    called: Vec<String>,
}

#[test]
fn text_that_people_see_is_composed_and_names_stay_in_their_place() {
    let read: Named = good(&json!({"name": "Zoe\u{308}", "called": ["e\u{301}e\u{301}"]}));
    assert_eq!(
        (read.name.as_str(), read.called[0].as_str()),
        ("Zo\u{EB}", "\u{E9}\u{E9}")
    );
    let body = json!({"name": "\u{3164}", "called": ["a\u{202E}", "\u{FE0F}"]});
    assert_eq!(
        wrong::<Named>(&body),
        [
            ("name".to_owned(), "required"),
            ("called[0]".to_owned(), "format"),
            ("called[1]".to_owned(), "required"),
        ]
    );
}

#[test]
fn everything_wrong_is_told_at_once_and_an_answer_has_bounds() {
    let body = json!({"contentType": 1, "duration": 0, "latitude": 91, "surprise": true});
    let fields: Vec<String> = wrong::<Everything>(&body)
        .into_iter()
        .map(|(field, _)| field)
        .collect();
    assert_eq!(fields, ["contentType", "duration", "latitude", "surprise"]);
    let mut body = json!({});
    for index in 0..100 {
        body[format!("{index}{}", "x".repeat(100))] = json!(1);
    }
    let told = wrong::<Everything>(&body);
    assert_eq!(told.len(), MOST_FINDINGS);
    assert!(told.iter().all(|(field, _)| field.len() <= MOST_NAME));
}

#[test]
fn a_tag_says_what_its_content_is() {
    let plain: Around = good(&json!({"name": "n"}));
    assert_eq!((plain.part.tag(), plain.part), ("plain", Tagged::Plain));
    let body = json!({"name": "n", "kind": "the_option", "details": {"text": "x"}});
    assert_eq!(
        good::<Around>(&body).part,
        Tagged::TheOption(Option_ { text: "x".into() })
    );
    let as_text = json!({"name": "n", "kind": "the_option", "details": "{\"text\": \"x\"}"});
    assert_eq!(good::<Around>(&as_text), good::<Around>(&body));
    for (body, field, rule) in [
        (
            json!({"name": "n", "kind": "other", "details": {"a": 1}}),
            "kind",
            "enum",
        ),
        (json!({"name": "n", "kind": 1}), "kind", "type"),
        (
            json!({"name": "n", "kind": "the_option"}),
            "details.text",
            "required",
        ),
        (
            json!({"name": "n", "details": {"text": "x"}}),
            "details.text",
            "unknown",
        ),
        (
            json!({"name": "n", "kind": "the_option", "details": "no"}),
            "details",
            "format",
        ),
        (
            json!({"name": "n", "kind": "the_option", "details": []}),
            "details",
            "type",
        ),
    ] {
        assert_eq!(wrong::<Around>(&body), [(field.to_owned(), rule)], "{body}");
    }
}

#[test]
fn a_change_changes_what_differs() {
    let mut of = Conversation {
        kind: ConversationKind::Group,
        name: Some("Old".into()),
        description: Some("About".into()),
        ..Conversation::default()
    };
    let change: Renamed = good(
        &json!({"name": "Old", "description": null, "settings": {"a": 1}, "isEncrypted": false}),
    );
    let changed = change.apply(&mut of);
    let keys: Vec<&str> = changed.iter().map(|(column, _)| column.key()).collect();
    assert_eq!(keys, ["description", "settings", "isEncrypted"]);
    assert_eq!(changed[0].1, Value::Null);
    assert_eq!(
        (of.description, of.settings.as_deref(), of.is_encrypted),
        (None, Some(r#"{"a":1}"#), false)
    );
}

#[test]
fn a_change_keeps_what_is_left_out_and_refuses_to_take_away_what_must_stay() {
    let mut of = Conversation {
        name: Some("Old".into()),
        ..Conversation::default()
    };
    assert!(good::<Renamed>(&json!({})).apply(&mut of).is_empty());
    assert_eq!(
        wrong::<Renamed>(&json!({"name": null})),
        [("name".to_owned(), "required")]
    );
    assert_eq!(
        wrong::<Renamed>(&json!({"settings": []})),
        [("settings".to_owned(), "type")]
    );
    let long = json!({"settings": {"a": "x".repeat(5000)}});
    assert_eq!(wrong::<Renamed>(&long), [("settings".to_owned(), "size")]);
}

#[test]
fn the_schema_has_the_limits() {
    let schema = schemars::schema_for!(Everything).to_value();
    let at = |pointer: &str| schema.pointer(pointer).cloned().unwrap_or_default();
    assert_eq!(at("/required"), json!(["contentType"]));
    assert_eq!(at("/additionalProperties"), json!(false));
    assert_eq!(at("/properties/text/maxLength"), json!(500));
    assert_eq!(at("/properties/text/type"), json!(["string", "null"]));
    assert_eq!(at("/properties/duration/minimum"), json!(1));
    let duration = at("/properties/duration/description");
    assert!(duration.as_str().unwrap().ends_with("Default: `5`."));
    assert_eq!(at("/properties/duration/default"), json!(null));
    assert_eq!(at("/properties/mentions/maxItems"), json!(2));
    assert_eq!(
        at("/properties/mentions/items/pattern"),
        json!(forms::ID.pattern.unwrap())
    );
    assert_eq!(at("/examples/0/contentType"), json!("text"));
    let around = schemars::schema_for!(Around).to_value();
    let variants = around.pointer("/allOf/0/anyOf").unwrap();
    assert_eq!(variants[1]["required"], json!(["kind", "details"]));
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map("[a-z]{1,7}", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Every refused field stands in the body, or is missing from it.
    #[test]
    fn anything_is_read_or_refused_by_name(
        value in json_value(),
        key in prop::sample::select(vec!["contentType", "text", "duration", "mentions", "options", "latitude", "at", "loud"]),
    ) {
        let mut body = json!({"contentType": "image"});
        body[key] = value;
        if let Err(wrong) = read::<Everything>(body.as_object().unwrap()) {
            prop_assert!(!wrong.is_empty());
            prop_assert!(wrong.iter().all(|w| w.field.starts_with(key) || w.field == "text"), "{wrong:?}");
        }
    }
}
