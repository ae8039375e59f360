//! Tests of the values that an owner may set.

use serde_json::json;

use super::*;
use whisper_schema::body::{self, Changes};

fn change(value: &Value) -> Result<ProfileChange, Vec<(String, String)>> {
    body::read(value.as_object().unwrap()).map_err(|wrong| {
        let mut found: Vec<_> = wrong
            .into_iter()
            .map(|wrong| (wrong.field, wrong.rule.to_string()))
            .collect();
        found.sort();
        found
    })
}

/// The fields and rules of a refusal; nothing if the changes are fine.
fn refused(value: Value) -> Vec<(String, String)> {
    change(&value).err().unwrap_or_default()
}

/// The attributes that differ once a new profile has been changed so, with their values.
fn changed(value: Value) -> Vec<(String, Value)> {
    let changed = change(&value).unwrap().apply(&mut Profile::default());
    changed
        .into_iter()
        .map(|(column, value)| (column.key().to_owned(), value))
        .collect()
}

#[test]
fn good_values_pass() {
    for value in [
        json!({}),
        json!({"displayName": "Alice 🦀", "bio": "two\nlines", "tagline": null}),
        json!({"phone": "+41791234567", "timezone": "America/Argentina/Buenos_Aires"}),
        json!({"timezone": "Etc/GMT+3", "website": "HTTPS://example.com/a"}),
        json!({"languages": ["de", "de-CH", "zh-Hant-TW"], "interests": []}),
        json!({"status": "invisible", "theme": "amoled"}),
        json!({"socialLinks": {"mastodon": "@a@b.example"}, "preferences": {"a": [1, {"b": null}]}}),
        json!({"socialLinks": {"web": "https://example.com/ann", "matrix": "@ann:example.org", "x": "ann"}}),
        json!({"privacySettings": {"profile": "friends", "messages": "contacts", "groups": "nobody"}}),
        json!({"privacySettings": null, "socialLinks": null}),
    ] {
        assert_eq!(refused(value.clone()), [], "{value}");
    }
}

#[test]
fn words_that_show_nothing_are_empty() {
    let shown = changed(json!({"bio": "\u{200B}"}));
    assert_eq!(shown, [("bio".to_owned(), json!(""))]);
    let lines = changed(json!({"bio": "one\r\ntwo"}));
    assert_eq!(lines, [("bio".to_owned(), json!("one\ntwo"))]);
}

#[test]
fn bad_values_are_refused_by_field_and_rule() {
    for (value, field, rule) in [
        (json!({"xp": 1}), "xp", "unknown"),
        (json!({"id": "x"}), "id", "unknown"),
        (json!({"email": "a@example.com"}), "email", "unknown"),
        (json!({"isVerified": true}), "isVerified", "unknown"),
        (json!({"nonsense": 1}), "nonsense", "unknown"),
        (json!({"displayName": 7}), "displayName", "type"),
        (json!({"displayName": " "}), "displayName", "required"),
        (json!({"displayName": "a\u{7}"}), "displayName", "format"),
        (
            json!({"displayName": "a\u{2028}b"}),
            "displayName",
            "format",
        ),
        (json!({"bio": "a\u{1B}[2J"}), "bio", "format"),
        (json!({"tagline": "\u{200B}"}), "tagline", "format"),
        (
            json!({"displayName": "x".repeat(101)}),
            "displayName",
            "size",
        ),
        (json!({"username": null}), "username", "required"),
        (json!({"username": 1}), "username", "type"),
        (json!({"username": "a b c"}), "username", "format"),
        (json!({"status": "gone"}), "status", "enum"),
        (json!({"status": null}), "status", "required"),
        (json!({"theme": "pink"}), "theme", "enum"),
        (json!({"phone": "079 123 45 67"}), "phone", "format"),
        (json!({"phone": "+0791234567"}), "phone", "format"),
        (json!({"timezone": "Zurich time"}), "timezone", "format"),
        (json!({"timezone": "a//b"}), "timezone", "format"),
        (json!({"website": "ftp://example.com"}), "website", "format"),
        (
            json!({"avatarUrl": "javascript:alert(1)"}),
            "avatarUrl",
            "format",
        ),
        (json!({"languages": ["german"]}), "languages[0]", "format"),
        (json!({"languages": "de"}), "languages", "type"),
        (json!({"interests": ["ok", ""]}), "interests[1]", "format"),
        (json!({"interests": ["ok", 1]}), "interests[1]", "type"),
        (json!({"interests": vec!["x"; 51]}), "interests", "size"),
    ] {
        assert_refused(value, field, rule);
    }
}

#[track_caller]
fn assert_refused(value: Value, field: &str, rule: &str) {
    let expected = (field.to_owned(), rule.to_owned());
    assert_eq!(refused(value.clone()), [expected], "{value}");
}

#[test]
fn objects_are_refused_by_part_and_rule() {
    for (value, field, rule) in [
        (json!({"preferences": [1]}), "preferences", "type"),
        (json!({"preferences": "no json"}), "preferences", "type"),
        (
            json!({"preferences": {"a": "x".repeat(5000)}}),
            "preferences",
            "size",
        ),
        (json!({"socialLinks": {"a": 1}}), "socialLinks.a", "type"),
        (
            json!({"socialLinks": {"a": "javascript:alert(1)"}}),
            "socialLinks.a",
            "format",
        ),
        (
            json!({"socialLinks": {"a": "https://ann:pw@example.com/"}}),
            "socialLinks.a",
            "format",
        ),
        (
            json!({"socialLinks": {"a": "//example.com"}}),
            "socialLinks.a",
            "format",
        ),
        (
            json!({"website": "https://ann@example.com"}),
            "website",
            "format",
        ),
        (json!({"username": "admin"}), "username", "unique"),
        (
            json!({"privacySettings": {"messages": "friends"}}),
            "privacySettings.messages",
            "enum",
        ),
        (
            json!({"privacySettings": {"bio": "all"}}),
            "privacySettings.bio",
            "enum",
        ),
    ] {
        assert_refused(value, field, rule);
    }
}

#[test]
fn an_account_elsewhere_is_no_way_to_mislead() {
    for handle in [
        "\u{200b}",
        "ann\u{202e}",
        "\\\\evil.example",
        "/\\evil.example",
        " //evil.example",
        "/evil",
        "evil.example/ann",
        "ann b",
        "ann\u{a0}b",
        "ann\u{7}",
        "",
    ] {
        assert_refused(
            json!({"socialLinks": {"a": handle}}),
            "socialLinks.a",
            "format",
        );
    }
    for (service, rule) in [
        ("", "required"),
        ("\u{3164}", "required"),
        ("a\u{202e}", "format"),
        ("a\nb", "format"),
    ] {
        let value = json!({"socialLinks": {service: "ann"}});
        assert_refused(value, &format!("socialLinks.{service}"), rule);
    }
    for handle in [
        "ann",
        "@ann:example.org",
        "عادل",
        "ann#1234",
        "https://example.com/a",
        "HTTPS://example.com/a",
    ] {
        assert_eq!(refused(json!({"socialLinks": {"My site": handle}})), []);
    }
}

#[test]
fn a_line_has_something_to_see() {
    for field in ["tagline", "location", "statusMessage"] {
        assert_refused(json!({field: "\u{200b}\u{2800}"}), field, "format");
    }
}

#[test]
fn everything_wrong_is_told_at_once() {
    let found = refused(json!({"level": 9, "theme": "pink", "phone": "1", "interests": ["", "a"]}));
    let fields: Vec<&str> = found.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["interests[0]", "level", "phone", "theme"]);
}

#[test]
fn objects_are_stored_as_text_whichever_way_they_came() {
    for sent in [json!({"a": 1}), json!("{ \"a\" : 1 }")] {
        let stored = changed(json!({"preferences": sent}));
        assert_eq!(stored, [("preferences".to_owned(), json!("{\"a\":1}"))]);
    }
}

#[test]
fn user_names_are_stored_lower_case() {
    let stored = changed(json!({"username": "Alice"}));
    assert_eq!(stored, [("username".to_owned(), json!("alice"))]);
}

#[test]
fn only_what_differs_is_a_change() {
    let stored =
        changed(json!({"status": "active", "bio": null, "interests": [], "theme": "dark"}));
    assert_eq!(stored, [("theme".to_owned(), json!("dark"))]);
}
