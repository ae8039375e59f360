//! Secrets that slipped into a report are not kept.

use serde_json::{Map, Value};

/// What stands in their place.
pub const REDACTED: &str = "[redacted]";
/// Parts of keys that name secrets, compared without regard to case and without `_` and `-`.
const SECRET: [&str; 9] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "authorization",
    "cookie",
    "apikey",
    "privatekey",
];

/// A context without the values of keys that name secrets, and without what looks like a token.
pub fn object(map: Map<String, Value>) -> Map<String, Value> {
    map.into_iter()
        .map(|(key, value)| {
            let value = if is_secret(&key) {
                Value::from(REDACTED)
            } else {
                json(value)
            };
            (key, value)
        })
        .collect()
}

fn json(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(object(map)),
        Value::Array(items) => Value::Array(items.into_iter().map(json).collect()),
        Value::String(string) => Value::String(text(&string)),
        other => other,
    }
}

fn is_secret(key: &str) -> bool {
    let plain: String = key.chars().filter(|c| !matches!(c, '_' | '-')).collect();
    let plain = plain.to_lowercase();
    SECRET.iter().any(|part| plain.contains(part))
}

/// A text without what looks like a token: what stands behind `Bearer`, and JSON Web Tokens.
pub fn text(text: &str) -> String {
    let mut bearer = false;
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let space = &piece[word.len()..];
        if !word.is_empty() && (bearer || has_jwt(word)) {
            out.push_str(REDACTED);
        } else {
            out.push_str(word);
        }
        out.push_str(space);
        if !word.is_empty() {
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            bearer = bare.eq_ignore_ascii_case("bearer") || word.to_lowercase().ends_with("bearer");
        }
    }
    out
}

/// Whether a word holds three base64url parts between dots, the first of which begins as JSON objects do.
fn has_jwt(word: &str) -> bool {
    let base64url = |part: &&str| {
        part.len() >= 4
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    let Some(at) = word.find("eyJ") else {
        return false;
    };
    let from = &word[at..];
    let end = from
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(from.len());
    from[..end].split('.').filter(base64url).count() >= 3
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const JWT: &str = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";

    #[test]
    fn tokens_in_texts_are_not_kept() {
        let plain = "nothing to hide, eyJustice. a.b.c";
        assert_eq!(text(plain), plain);
        for (given, expected) in [
            (format!("got {JWT} back"), "got [redacted] back".to_owned()),
            (format!("token={JWT}, x"), "[redacted] x".to_owned()),
            (
                "Authorization: Bearer abc123 x".to_owned(),
                "Authorization: Bearer [redacted] x".to_owned(),
            ),
            ("bearer  abc".to_owned(), "bearer  [redacted]".to_owned()),
            ("Bearer".to_owned(), "Bearer".to_owned()),
            (String::new(), String::new()),
        ] {
            assert_eq!(text(&given), expected, "{given}");
        }
    }

    #[test]
    fn secrets_in_contexts_are_not_kept_at_any_depth() {
        let context = json!({
            "version": "1.2", "userPassword": "x", "headers": {"Set-Cookie": "a", "accept": "b"},
            "api_key": 7, "list": [{"refresh-token": [1]}, JWT], "tokens": null,
        });
        let expected = json!({
            "version": "1.2", "userPassword": REDACTED, "headers": {"Set-Cookie": REDACTED, "accept": "b"},
            "api_key": REDACTED, "list": [{"refresh-token": REDACTED}, REDACTED], "tokens": REDACTED,
        });
        assert_eq!(
            Value::Object(object(context.as_object().unwrap().clone())),
            expected
        );
    }

    proptest! {
        #[test]
        fn a_token_never_stays(before in ".{0,40}", after in ".{0,40}") {
            let kept = text(&format!("{before} {JWT} {after}"));
            prop_assert!(!kept.contains(JWT), "{}", kept);
        }
    }
}
