//! Validation of documents, rule by rule.

#![allow(clippy::expect_used)] // In helpers: clippy only spares the tests themselves.

use serde_json::{Map, Value, json};
use whisper_schema::main_db::Message;
use whisper_schema::validate::{is_secure_url, is_web_url};
use whisper_schema::{Collection, Document, Kind, Timestamp, Violation, validate, validate_patch};

/// A collection with one attribute of every sort.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "testDB", id = "samples", name = "Samples")]
#[access(server = "Nobody asks.")]
#[retention(forever = "Nothing is kept.")]
struct Sample {
    /// Id of the document.
    id: String,
    #[attr(size = 5)]
    text: String,
    #[attr(size = 3)]
    nickname: Option<String>,
    #[attr(size = 4)]
    tags: Vec<String>,
    count: Option<i64>,
    #[attr(min = -1, max = 9)]
    level: Option<i64>,
    #[attr(min = 1)]
    positive: Option<i64>,
    #[attr(max = 1.5)]
    ratio: Option<f64>,
    #[attr(default = 1.5)]
    price: f64,
    #[attr(required, default = true)]
    active: bool,
    at: Option<Timestamp>,
    status: Option<whisper_schema::main_db::MessageStatus>,
    #[attr(email)]
    email: Option<String>,
    #[attr(url)]
    link: Option<String>,
    #[attr(ip)]
    address: Option<String>,
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().expect("an object")
}

/// A valid document with these fields instead.
fn sample(changes: Value) -> Map<String, Value> {
    let mut document = object(json!({ "id": "a", "text": "hello", "tags": [] }));
    document.extend(object(changes));
    document
}

/// The rule and the message of validation for a valid document with this field instead.
fn verdict(field: &str, value: Value) -> Option<(&'static str, String)> {
    let mut violations = validate(Sample::COLLECTION, &sample(json!({ field: value })));
    assert!(violations.len() <= 1, "{violations:?}");
    violations.pop().map(|v| (v.rule.as_str(), v.message))
}

#[track_caller]
fn assert_refused(field: &str, value: Value, rule: &str, message: &str) {
    let shown = value.to_string();
    assert_eq!(
        verdict(field, value),
        Some((leak(rule), message.to_owned())),
        "{field} {shown}"
    );
}

#[track_caller]
fn assert_accepted(field: &str, value: Value) {
    let shown = value.to_string();
    assert_eq!(verdict(field, value), None, "{field} {shown}");
}

/// Rules compare as `&'static str`; tests are short-lived.
fn leak(text: &str) -> &'static str {
    String::leak(text.to_owned())
}

fn summary(violations: &[Violation]) -> Vec<(&str, &str)> {
    violations
        .iter()
        .map(|v| (v.field.as_str(), v.rule.as_str()))
        .collect()
}

#[test]
fn valid_documents_pass() {
    assert_eq!(validate(Sample::COLLECTION, &sample(json!({}))), []);
    let nothing = json!({ "nickname": null, "count": null, "price": null, "active": null });
    assert_eq!(validate(Sample::COLLECTION, &sample(nothing)), []);
}

#[test]
fn every_violation_at_once() {
    let document = object(json!({
        "tags": ["ok", "too long", 1, null],
        "count": 1.0,
        "level": 10,
        "at": "tomorrow",
        "status": "lost",
        "extra": 1,
    }));
    let expected = [
        ("id", "required"),
        ("text", "required"),
        ("tags[1]", "size"),
        ("tags[2]", "type"),
        ("tags[3]", "type"),
        ("count", "type"),
        ("level", "range"),
        ("at", "format"),
        ("status", "enum"),
        ("extra", "unknown"),
    ];
    assert_eq!(summary(&validate(Sample::COLLECTION, &document)), expected);
}

#[test]
fn required_fields() {
    let message = "is required and must not be null";
    assert_refused("text", Value::Null, "required", message);
    assert_refused("tags", Value::Null, "required", message);
    assert_refused("id", Value::Null, "required", message);
    let violations = validate(Sample::COLLECTION, &object(json!({ "id": "a" })));
    assert_eq!(
        summary(&violations),
        [("text", "required"), ("tags", "required")]
    );
}

#[test]
fn sizes_are_in_characters() {
    assert_accepted("text", json!(""));
    assert_accepted("text", json!("ÄÖÜäö"));
    assert_accepted("text", json!("🦀🦀🦀🦀🦀"));
    let message = "must be at most 5 characters (has 6)";
    assert_refused("text", json!("🦀🦀🦀🦀🦀🦀"), "size", message);
    assert_refused("text", json!("abcdef"), "size", message);
    let mut message = Message {
        id: "m".into(),
        content: "x".repeat(10_000),
        ..Message::default()
    };
    let check = |message: &Message| {
        let document = object(serde_json::to_value(message).expect("a document"));
        validate(Message::COLLECTION, &document)
    };
    assert_eq!(check(&message), []);
    message.content.push('x');
    let violations = check(&message);
    assert_eq!(
        violations
            .iter()
            .map(Violation::to_string)
            .collect::<Vec<_>>(),
        ["content: must be at most 10000 characters (has 10001)"]
    );
}

#[test]
fn texts_are_strings_without_nul() {
    assert_refused("text", json!(1), "type", "must be a string, not an integer");
    assert_refused("text", json!({}), "type", "must be a string, not an object");
    assert_refused("text", json!(["a"]), "type", "must be a string, not a list");
    let message = "must not contain the character U+0000";
    assert_refused("text", json!("a\0"), "format", message);
}

#[test]
fn lists_are_lists() {
    assert_accepted("tags", json!(["a", "b"]));
    assert_refused("tags", json!("a"), "type", "must be a list, not a string");
    assert_refused("tags", json!({}), "type", "must be a list, not an object");
    let violations = validate(
        Sample::COLLECTION,
        &sample(json!({ "tags": vec![0; 1000] })),
    );
    assert_eq!(violations.len(), 100);
    assert_eq!(violations[99].field, "tags[99]");
}

#[test]
fn integers() {
    for good in [json!(0), json!(-5), json!(i64::MAX), json!(i64::MIN)] {
        assert_accepted("count", good);
    }
    assert_refused(
        "count",
        json!(true),
        "type",
        "must be an integer, not a boolean",
    );
    assert_refused(
        "count",
        json!("1"),
        "type",
        "must be an integer, not a string",
    );
    assert_refused(
        "count",
        json!(1.0),
        "type",
        "must be an integer, not a number with decimals",
    );
    let message = "must be at most 9223372036854775807 (is 9223372036854775808)";
    assert_refused(
        "count",
        json!(9_223_372_036_854_775_808_u64),
        "range",
        message,
    );
}

#[test]
fn integer_ranges() {
    for good in [-1, 0, 9] {
        assert_accepted("level", json!(good));
    }
    assert_refused(
        "level",
        json!(-2),
        "range",
        "must be between -1 and 9 (is -2)",
    );
    assert_refused(
        "level",
        json!(10),
        "range",
        "must be between -1 and 9 (is 10)",
    );
    assert_refused(
        "level",
        json!(u64::MAX),
        "range",
        &format!("must be between -1 and 9 (is {})", u64::MAX),
    );
    assert_refused("positive", json!(0), "range", "must be at least 1 (is 0)");
}

#[test]
fn doubles() {
    for good in [json!(1), json!(-2.5), json!(i64::MIN), json!(1.5)] {
        assert_accepted("ratio", good);
    }
    assert_accepted("price", json!(1e300));
    assert_accepted("price", json!(u64::MAX));
    assert_refused("ratio", json!(1.6), "range", "must be at most 1.5 (is 1.6)");
    assert_refused(
        "ratio",
        json!("1"),
        "type",
        "must be a number, not a string",
    );
    assert_refused(
        "ratio",
        json!(false),
        "type",
        "must be a number, not a boolean",
    );
}

#[test]
fn booleans() {
    assert_accepted("active", json!(false));
    assert_refused(
        "active",
        json!(1),
        "type",
        "must be true or false, not an integer",
    );
    assert_refused(
        "active",
        json!("true"),
        "type",
        "must be true or false, not a string",
    );
}

#[test]
fn enums() {
    assert_accepted("status", json!("read"));
    let message = r#"must be one of "sending", "sent", "delivered", "read", "failed""#;
    assert_refused("status", json!("Read"), "enum", message);
    assert_refused("status", json!(""), "enum", message);
    assert_refused(
        "status",
        json!(0),
        "type",
        "must be a string, not an integer",
    );
}

#[test]
fn datetimes() {
    for good in [
        "2026-11-23T06:44:09.123Z",
        "2026-11-23t06:44:09z",
        "2026-11-23T06:44:09+05:30",
        "2024-02-29T00:00:00-00:00",
        "2016-12-31T23:59:60Z",
        Timestamp::AT_COMMIT_TEXT,
    ] {
        assert_accepted("at", json!(good));
    }
    let message = "must be an RFC 3339 date and time, such as 2026-11-23T06:44:09.123Z";
    for bad in [
        "",
        "2026-11-23",
        "2026-11-23 06:44:09Z",
        "2026-11-23T06:44:09",
        "2026-11-23T06:44Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T06:44:09+0530",
        "2026-11-23T06:44:09.Z",
        "2026-11-23T06:44:09Z ",
        "+12026-11-23T06:44:09Z",
        "0000-01-01T00:00:00+00:01",
        "2026-11-23T12:34:60Z",
    ] {
        assert_refused("at", json!(bad), "format", message);
    }
    assert_refused(
        "at",
        json!(1_700_000_000),
        "type",
        "must be a string, not an integer",
    );
}

#[test]
fn emails() {
    let long_label = format!("a@{}.org", "b".repeat(64));
    let longest = format!(
        "{}@{}.org",
        "a".repeat(64),
        vec!["b".repeat(61); 3].join(".")
    );
    assert_eq!(longest.len(), 254);
    for good in [
        "a@b.org",
        "first.last+tag@sub.example.com",
        "o'hara@x-y.io",
        &longest,
    ] {
        assert_accepted("email", json!(good));
    }
    for bad in [
        "",
        "a",
        "a@b",
        "@b.org",
        "a@",
        "a@b..org",
        "a b@c.org",
        "a@b.org ",
        "Ann <a@b.org>",
        "a@[127.0.0.1]",
        "ä@b.org",
        "a@bücher.de",
        "a\n@b.org",
        ".a@b.org",
        "a@-b.org",
        "a@@b.org",
        "a@b_c.de",
        "a@1.2.3.4",
        "a@b.123",
        "a@b-.org",
        "a@b.org.",
        "\"a b\"@b.de",
        "\"a\"@b.de",
        &long_label,
    ] {
        assert_refused("email", json!(bad), "format", "must be an email address");
    }
    let long = format!("a{longest}");
    assert_refused(
        "email",
        json!(long),
        "size",
        "must be at most 254 characters (has 255)",
    );
}

/// The rule for a URL, in words for people.
const URL_MESSAGE: &str = "must be an absolute URL with a host, such as https://example.com/a (ASCII, other \
                           characters percent-encoded, no user before the host)";

#[test]
fn urls() {
    let longest = format!("https://example.com/{}", "a".repeat(1980));
    for good in [
        "https://example.com",
        "http://localhost:3000/a?b=c#d",
        "https://127.0.0.1/",
        "https://[::1]/",
        "ftp://files.example.com/x",
        "ipfs://bafybeigdyrzt/1.png",
        "https://xn--bcher-kva.de/%C3%A4",
        &longest,
    ] {
        assert_accepted("link", json!(good));
    }
    for bad in [
        "",
        "example.com",
        "//example.com/a",
        "/a",
        "https://",
        "https:///a",
        "http:example.com",
        "javascript:alert(1)",
        "JavaScript://example.com/%0Aalert(1)",
        "data:text/html,hi",
        "data://example.com/x",
        "file://host/etc/passwd",
        "mailto:a@b.org",
        "https://a b.com/",
        "https://example.com/a b",
        "https://exa\nmple.com",
        " https://example.com",
        "https://example.com:99999/",
        "https://a..b/",
        "https://a,b/",
        "https://bücher.de/",
        "https://e.com/\"x",
        "https:\\\\example.com",
        "https://[::1",
        "https://%65xample.com/",
        "https://user@example.com/",
        "https://user:password@example.com/",
        "https://@example.com/",
        "https://bank.example@evil.example/",
    ] {
        assert_refused("link", json!(bad), "format", URL_MESSAGE);
    }
    let long = format!("{longest}a");
    assert_refused(
        "link",
        json!(long),
        "size",
        "must be at most 2000 characters (has 2001)",
    );
}

/// Names of hosts must have a form that every database takes.
#[test]
fn hosts_of_urls() {
    let label = format!("https://{}.com", "a".repeat(63));
    let long_label = format!("https://{}.com", "a".repeat(64));
    let long_host = format!("https://{}.com", vec!["a".repeat(61); 5].join("."));
    for good in ["https://a--b.example.com.", "https://0.example", &label] {
        assert_accepted("link", json!(good));
    }
    for bad in [
        "https://my_site.example.com",
        "https://-a.example.com",
        "https://a-.example.com",
        "ftp://my_site.example.com",
        "https://example.com..",
        "https://.",
        "https://[v1.x]/",
        &long_label,
        &long_host,
    ] {
        assert_refused("link", json!(bad), "format", URL_MESSAGE);
    }
}

#[test]
fn web_urls_are_those_that_a_browser_opens() {
    for good in [
        "https://a.example/x?y#z",
        "HTTP://a",
        "https://h:8080/",
        "http://[::1]:80/",
        "http://[::1]",
    ] {
        assert!(is_web_url(good), "{good:?} should be taken");
    }
    for bad in [
        "",
        "ftp://a.example",
        "ipfs://bafybeigdyrzt/1.png",
        "httpsx://a.example",
        "javascript:alert(1)",
        "https://",
        "https:///x",
        "http://:80",
        "http://a:b/",
        "https://a b",
        "//a",
        "https://a\n",
        "https://u@h:8080/",
    ] {
        assert!(!is_web_url(bad), "{bad:?} should be refused");
    }
}

#[test]
fn secure_urls_are_those_of_https() {
    for good in ["https://a.example/x?y#z", "HTTPS://a.example", "Https://a"] {
        assert!(is_secure_url(good), "{good:?} should be taken");
    }
    for bad in [
        "http://a.example",
        "httpss://a.example",
        "https://",
        "https://u@h/",
        "ftp://a",
    ] {
        assert!(!is_secure_url(bad), "{bad:?} should be refused");
    }
}

#[test]
fn ip_addresses() {
    for good in [
        "127.0.0.1",
        "::1",
        "2001:db8::ff00:42:8329",
        "::ffff:10.0.0.1",
    ] {
        assert_accepted("address", json!(good));
    }
    for bad in [
        "",
        "localhost",
        "127.0.0.1:80",
        "10.0.0.0/8",
        "256.0.0.1",
        "01.2.3.4",
        "fe80::1%eth0",
        "[::1]",
    ] {
        assert_refused(
            "address",
            json!(bad),
            "format",
            "must be an IPv4 or IPv6 address",
        );
    }
    let long = "0000:0000:0000:0000:0000:ffff:192.168.100.200";
    assert_refused(
        "address",
        json!(long),
        "size",
        "must be at most 39 characters (has 45)",
    );
}

#[test]
fn ids() {
    let longest = "x".repeat(36);
    for good in [
        "a",
        "0",
        "019ab0c4-7f3a-7c11-8000-000000000000",
        "A_b.c-d",
        &longest,
    ] {
        assert_accepted("id", json!(good));
    }
    assert_refused("id", json!(""), "size", "must have at least 1 character");
    assert_refused(
        "id",
        json!("x".repeat(37)),
        "size",
        "must be at most 36 characters (has 37)",
    );
    assert_refused("id", json!(7), "type", "must be a string, not an integer");
    let message =
        "must consist of A-Z, a-z, 0-9, '_', '.' and '-', and start with a letter or digit";
    for bad in ["_a", ".a", "-a", "a b", "a/b", "ä", "a\0"] {
        assert_refused("id", json!(bad), "format", message);
    }
}

#[test]
fn unknown_fields() {
    assert_refused("texts", json!(null), "unknown", "is no field of samples");
    let many: Map<_, _> = (0..1000).map(|i| (format!("x{i}"), json!(0))).collect();
    assert_eq!(
        validate(Sample::COLLECTION, &sample(many.into())).len(),
        100
    );
}

#[test]
fn patches_check_what_is_there() {
    let check = |changes| validate_patch(Sample::COLLECTION, &object(changes));
    assert_eq!(check(json!({})), []);
    assert_eq!(
        check(json!({ "nickname": null, "count": 3, "tags": ["a"] })),
        []
    );
    let violations = check(json!({
        "id": "b", "text": null, "price": null, "active": null, "tags": null, "count": "x", "foo": null,
    }));
    let expected = [
        ("active", "required"),
        ("count", "type"),
        ("foo", "unknown"),
        ("id", "unknown"),
        ("price", "required"),
        ("tags", "required"),
        ("text", "required"),
    ];
    assert_eq!(summary(&violations), expected);
    assert_eq!(violations[3].message, "can't be changed");
}

/// A choice in the metadata is its elements, of any type.
#[test]
fn kinds_come_from_the_types() {
    let kind = |key| Sample::COLLECTION.attribute(key).expect(key).kind;
    assert_eq!(
        kind("level"),
        Kind::Integer {
            min: Some(-1),
            max: Some(9)
        }
    );
    assert_eq!(
        kind("ratio"),
        Kind::Double {
            min: None,
            max: Some(1.5)
        }
    );
    assert_eq!(kind("link"), Kind::Url);
    assert!(matches!(kind("status"), Kind::Enum { elements } if elements.len() == 5));
}
