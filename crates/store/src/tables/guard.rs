//! Text that the server would take for a command.
//!
//! In an update, and in every operation of a transaction, a text that is a JSON object with a `method` is an operator:
//! `{"method":"increment",…}` is done, not stored. Such a text goes out with a mark before it, and loses it on its way
//! back. Nothing is parsed to tell: a text that might be one is marked, which costs a character.

use std::borrow::Cow;

/// A character of the private use area: no text that people write begins with it.
pub(super) const MARK: char = '\u{e000}';

/// A text as it is stored.
pub(super) fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(MARK) || may_be_operator(text) {
        Cow::Owned(format!("{MARK}{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// A stored text as it was.
pub(super) fn plain(text: &str) -> &str {
    text.strip_prefix(MARK).unwrap_or(text)
}

/// Whether texts with this beginning may be stored with a mark.
pub(super) fn may_be_guarded(prefix: &str) -> bool {
    let rest = prefix.trim_start();
    rest.is_empty() || rest.starts_with('{') || prefix.starts_with(MARK)
}

/// A key of a JSON object is `method` only if the word is in the text, or an escape that could make it.
fn may_be_operator(text: &str) -> bool {
    text.trim_start().starts_with('{') && (text.contains("method") || text.contains("\\u"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// Whether the server may take a text for an operator; true for some that it doesn't.
    fn is_executed(text: &str) -> bool {
        match serde_json::from_str(text) {
            Ok(Value::Object(object)) => object.get("method").is_some_and(Value::is_string),
            _ => false,
        }
    }

    #[test]
    fn operators_are_disarmed_and_other_json_stays_as_it_is() {
        for text in [
            r#"{"method":"increment","values":[1]}"#,
            " \r\n\t{\"values\":[],\"method\":\"stringConcat\"}",
            r#"{"\u006dethod":"increment"}"#,
            r#"{"m\u0065thod":"dateSetNow"}"#,
        ] {
            assert!(is_executed(text), "{text}");
            assert!(!is_executed(&guarded(text)), "{text}");
            assert_eq!(plain(&guarded(text)), text);
        }
        for text in [
            "",
            "hello",
            "{}",
            r#"{"a":1}"#,
            "[{\"method\":\"x\"}]",
            "method",
        ] {
            assert_eq!(guarded(text), text);
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back_and_none_is_executed(
            text in r#"[ \n\u{e000}]{0,2}\{?[ "a-z:,\[\]\\0-9\u{e000}]{0,12}("method"|"\\u006dethod")?:?("increment"|1)?[}\]]{0,2}"#
        ) {
            let stored = guarded(&text);
            prop_assert_eq!(plain(&stored), text.as_str());
            prop_assert!(!is_executed(&stored));
        }

        #[test]
        fn objects_with_a_method_are_disarmed(key in "method|\\\\u006dethod", more in "[a-z]{0,4}") {
            let text = format!(r#"{{"{more}":1,"{key}":"{more}"}}"#);
            let stored = guarded(&text);
            prop_assert!(!is_executed(&stored));
            prop_assert_eq!(plain(&stored), text.as_str());
        }
    }
}
