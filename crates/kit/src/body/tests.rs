//! Refusals of bodies that can't be read.

use super::*;

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(dead_code)]
struct Body {
    name: String,
    #[serde(default)]
    counts: Vec<u32>,
    inner: Option<Inner>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Inner {
    kind: Kind,
    on: bool,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    One,
}

fn refused(body: &str) -> Error {
    decode::<Body>(body.as_bytes())
        .map_err(Wrong::refused)
        .expect_err(body)
}

/// Each wrong field with the rule it breaks.
fn said(error: &Error) -> Vec<(&str, &str)> {
    let errors = error.field_errors().iter();
    errors
        .map(|e| (e.field.as_str(), e.rule.as_str()))
        .collect()
}

#[test]
fn refusals_name_the_field_and_the_rule() {
    for (body, field, rule) in [
        ("{}", "name", "required"),
        (r#"{"name": 1}"#, "name", "type"),
        (r#"{"name": "a", "counts": [1, "x"]}"#, "counts[1]", "type"),
        (r#"{"name": "a", "other": 1}"#, "other", "unknown"),
        (
            r#"{"name": "a", "inner": {"on": true}}"#,
            "inner.kind",
            "required",
        ),
        (
            r#"{"name": "a", "inner": {"kind": "two", "on": true}}"#,
            "inner.kind",
            "enum",
        ),
        (
            r#"{"name": "a", "inner": {"kind": "one", "on": true, "x": 1}}"#,
            "inner.x",
            "unknown",
        ),
        (r#"{"name": "a", "name": "b"}"#, "body", "type"),
        ("[1]", "body", "type"),
    ] {
        let error = refused(body);
        assert_eq!(error.code(), Code::ValidationFailed, "{body}");
        assert_eq!(said(&error), [(field, rule)], "{body}");
    }
}

#[test]
fn everything_wrong_is_named_at_once() {
    let error = refused(
        r#"{"counts": ["x", 2, -3], "other": {}, "inner": {"kind": "two", "more": [], "on": "no"}, "last": 1}"#,
    );
    let mut said = said(&error);
    said.sort_unstable();
    let wanted = [
        ("counts[0]", "type"),
        ("counts[2]", "type"),
        ("inner.kind", "enum"),
        ("inner.more", "unknown"),
        ("inner.on", "type"),
        ("last", "unknown"),
        ("name", "required"),
        ("other", "unknown"),
    ];
    assert_eq!(said, wanted);
}

#[test]
fn a_stand_in_is_never_blamed() {
    // The inner struct can only be stood in for field by field.
    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Outer {
        inner: Inner,
        count: u8,
    }
    let Err(Wrong::Fields { errors, mended }) = decode::<Outer>(br#"{"count": 300}"#) else {
        panic!("it was read");
    };
    let fields: Vec<&str> = errors.iter().map(|e| e.field.as_str()).collect();
    assert_eq!(fields, ["count", "inner"]);
    assert_eq!(mended.map(|outer| outer.inner.kind), Some(Kind::One));
}

#[test]
fn what_can_be_read_is_checked_as_well() {
    let check = |body: Body| -> Result<()> {
        let of = |field: &str| FieldError::new(field, Rule::Size, "is too short");
        assert_eq!(body.counts, [1]);
        Err(Error::fields(vec![
            of("name"),
            of("counts"),
            of("counts[0]"),
        ]))
    };
    let Err(wrong) = decode::<Body>(br#"{"counts": [1]}"#) else {
        panic!("it was read");
    };
    let error = wrong.with_more(check);
    let wanted = [
        ("name", "required"),
        ("counts", "size"),
        ("counts[0]", "size"),
    ];
    assert_eq!(said(&error), wanted, "the missing name isn't short as well");
}

#[test]
fn broken_json_is_told_from_wrong_json() {
    for body in [
        "",
        "{",
        "{\"name\": oops}",
        "{\"name\": 1, oops}",
        "{\"name\": \"a\"} x",
        "{\"name\": 1} x",
        "{\"name\": \"\\ud800\"}",
    ] {
        assert_eq!(refused(body).code(), Code::InvalidJson, "{body}");
    }
    let Err(wrong) = decode::<Body>(b"{\"x\": \"\xff\"}") else {
        panic!("it was read");
    };
    assert_eq!(wrong.refused().code(), Code::InvalidJson);
}

#[test]
fn a_large_body_full_of_mistakes_is_not_read_for_ever() {
    let fields: Vec<String> = (0..20_000).map(|n| format!("\"x{n}\": 1")).collect();
    let body = format!("{{{}}}", fields.join(", "));
    let error = refused(&body);
    let count = error.field_errors().len();
    assert!((2..=100).contains(&count), "{count}");
}
