//! Secrets that slipped into a report are not kept.

use std::borrow::Cow;

use serde_json::{Map, Value};
use whisper_kit::auth::SECRET_PREFIXES;

/// The text in their place.
pub const REDACTED: &str = "[redacted]";
/// Parts of keys that name secrets, compared without regard to case and without `_` and `-`.
const PARTS: [&str; 15] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "authorization",
    "cookie",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "mnemonic",
    "seedphrase",
    "bearer",
];
/// The beginning of the path at which programs post; the webhook's id and its secret follow.
const WEBHOOKS: &str = "/v1/webhooks/";
/// Words that name secrets where they stand alone in a key: `userPin`, `OTP_CODE`; but not `shipping`.
const WORDS: [&str; 14] = [
    "pwd", "pass", "pw", "otp", "totp", "pin", "tan", "mfa", "creds", "cred", "jwt", "auth", "cvv",
    "cvc",
];

/// A context without the values of keys that name secrets, and without texts that look like tokens.
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
    PARTS.iter().any(|part| plain.contains(part))
        || words(key).any(|word| WORDS.contains(&word.as_str()))
}

/// The words of a key such as `userPin`, `OTP_CODE` or `PINCode`, in lower case.
fn words(key: &str) -> impl Iterator<Item = String> {
    let chars: Vec<char> = key.chars().collect();
    let mut words = vec![String::new()];
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        let lower = |c: Option<&char>| c.is_some_and(|c| c.is_lowercase());
        let begins =
            c.is_uppercase() && (lower(before) || before.is_some() && lower(chars.get(at + 1)));
        if begins || !c.is_alphabetic() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphabetic()) {
            word.extend(c.to_lowercase());
        }
    }
    words.into_iter().filter(|word| !word.is_empty())
}

/// A text without the parts that look like secrets: a word behind `Bearer`, JSON Web Tokens, secrets and tokens of ours, what follows
/// a webhook's id in its address, and the values of parameters whose names speak of secrets (`?access_token=…`).
pub fn text(text: &str) -> String {
    let mut bearer = false;
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let space = &piece[word.len()..];
        let public = without_addresses(word);
        if !word.is_empty() && (bearer || has_jwt(&public) || has_token(&public)) {
            out.push_str(REDACTED);
        } else {
            out.push_str(&without_values(&public));
        }
        out.push_str(space);
        if !word.is_empty() {
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            bearer = bare.eq_ignore_ascii_case("bearer") || word.to_lowercase().ends_with("bearer");
        }
    }
    out
}

/// A word without the values of its parameters that name secrets.
fn without_values(word: &str) -> String {
    let parts = word.split_inclusive(['?', '&', ';', ',']);
    let parts = parts.map(|part| {
        let Some((key, value)) = part.split_once('=') else {
            return part.to_owned();
        };
        let end = &value[value.trim_end_matches(['?', '&', ';', ',']).len()..];
        match is_secret(key) && value.len() > end.len() {
            true => format!("{key}={REDACTED}{end}"),
            false => part.to_owned(),
        }
    });
    parts.collect()
}

/// A word with the addresses of incoming webhooks without their secrets, which had no beginning of their own in former versions.
fn without_addresses(word: &str) -> Cow<'_, str> {
    let mut parts = word.split(WEBHOOKS);
    let before = parts.next().unwrap_or_default();
    if before.len() == word.len() {
        return Cow::Borrowed(word);
    }
    let mut out = before.to_owned();
    for part in parts {
        out.push_str(WEBHOOKS);
        let Some((id, behind)) = part.split_once('/') else {
            out.push_str(part);
            continue;
        };
        let rest = behind.trim_start_matches(is_base64url);
        let secret = match rest.len() < behind.len() {
            true => REDACTED,
            false => "",
        };
        out.extend([id, "/", secret, rest]);
    }
    Cow::Owned(out)
}

fn is_base64url(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// Whether a word holds a secret or a token of ours: by its beginning, or, for refresh tokens of former versions, by its form: the
/// id of a session, a dot, and 64 characters of base64url.
fn has_token(word: &str) -> bool {
    let is_secret = |text: &str| text.chars().take_while(|c| is_base64url(*c)).count() >= 64;
    SECRET_PREFIXES.iter().any(|prefix| word.contains(prefix))
        || word.match_indices('.').any(|(at, _)| {
            at >= 36
                && word[..at].chars().rev().take(36).all(is_base64url)
                && is_secret(&word[at + 1..])
        })
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

    const NEW: &str = "wrt_01a2077f-6e99-7892-8bac-726cb085218d.\
        jSvX0sCu1QjSvX0sCu1QjSvX0sCu1QjSvX0sCu1QjSvX0sCu1QjSvX0sCu1Q1234";

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
            (
                "calling as wbot_1.x failed".to_owned(),
                "calling as [redacted] failed".to_owned(),
            ),
            (
                "POST https://a.example/v1/webhooks/0b1-2/jSvX0sCu1Q_-x?wait=1 failed".to_owned(),
                "POST https://a.example/v1/webhooks/0b1-2/[redacted]?wait=1 failed".to_owned(),
            ),
            (
                "{\"to\":\"/v1/webhooks/a/wwh_x\",\"or\":\"/v1/webhooks/b/y\"}".to_owned(),
                "{\"to\":\"/v1/webhooks/a/[redacted]\",\"or\":\"/v1/webhooks/b/[redacted]\"}"
                    .to_owned(),
            ),
            (
                "/v1/webhooks/{webhookId}/{secret} /v1/webhooks/a /v1/webhooks/a/".to_owned(),
                "/v1/webhooks/{webhookId}/{secret} /v1/webhooks/a /v1/webhooks/a/".to_owned(),
            ),
            (
                "posting with wwh_jSvX0sCu1Q failed".to_owned(),
                "posting with [redacted] failed".to_owned(),
            ),
            (
                "signed by (whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw) at 1".to_owned(),
                "signed by [redacted] at 1".to_owned(),
            ),
            (
                format!("refreshing {NEW} failed"),
                "refreshing [redacted] failed".to_owned(),
            ),
            (
                format!("refreshing \"{}\" failed", &NEW[4..]),
                "refreshing [redacted] failed".to_owned(),
            ),
            (
                "GET https://a.example/x?access_token=abc&n=1 pwd=x;".to_owned(),
                "GET https://a.example/x?access_token=[redacted]&n=1 pwd=[redacted];".to_owned(),
            ),
            ("a = b, pin= x=1".to_owned(), "a = b, pin= x=1".to_owned()),
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

    #[test]
    fn keys_that_name_secrets_are_told_from_others() {
        for key in [
            "pwd",
            "userPwd",
            "OTP",
            "otp_code",
            "PINCode",
            "user-pin",
            "creds",
            "dbCredentials",
            "jwt",
            "authHeader",
            "mfaCode",
            "seedPhrase",
            "cardCvv",
            "accessKeyId",
        ] {
            assert!(is_secret(key), "{key}");
        }
        for key in [
            "shipping", "option", "spinner", "compass", "author", "adopted", "pinned", "mapping",
            "status", "distance", "version", "",
        ] {
            assert!(!is_secret(key), "{key}");
        }
    }

    proptest! {
        #[test]
        fn a_token_never_stays(before in ".{0,40}", after in ".{0,40}") {
            let kept = text(&format!("{before} {JWT} {after}"));
            prop_assert!(!kept.contains(JWT), "{}", kept);
        }
    }
}
