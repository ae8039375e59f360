//! Polls.

use std::collections::BTreeSet;

use serde::Serialize;
use whisper_schema::body::Fields;
use whisper_schema::{Body, Rule, Timestamp};

/// A poll; its question is the message's content.
#[derive(Clone, Debug, Default, PartialEq, Body, Serialize)]
#[body(check = PollDetails::check)]
#[body(rule = r#"{"properties": {"options": {"uniqueItems": true, "items": {"pattern": "\\S"}}}}"#)]
#[serde(rename_all = "camelCase")]
pub struct PollDetails {
    /// Different answers to choose from.
    #[field(required, count = 2..=12, size = 1..=100, text = Words)]
    pub options: Vec<String>,
    /// Whether one may choose several; false by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_multiple: Option<bool>,
    /// Whether it is anonymous: no user sees the choices of others; false by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_anonymous: Option<bool>,
    /// When voting ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl PollDetails {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        let mut seen = BTreeSet::new();
        for (index, option) in self.options.iter().enumerate() {
            let key = format!("options[{index}]");
            if !seen.insert(option.trim()) {
                fields.refuse(&key, Rule::Unique, "must differ from the other options");
            }
        }
    }
}

/// The options as they are stored.
pub fn options_text(options: &[String]) -> String {
    serde_json::Value::from(options).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::content::Details;
    use crate::content::testing::{read, refused, taken, with, wrong};

    fn base() -> serde_json::Value {
        json!({"contentType": "poll", "content": "Where?", "metadata": {"options": ["Here", "There"]}})
    }

    #[test]
    fn poll() {
        let twelve: Vec<String> = (0..12).map(|n| format!("{n:x<100}")).collect();
        let thirteen: Vec<String> = (0..13).map(|n| n.to_string()).collect();
        taken(
            &base(),
            &[
                json!({"content": "é".repeat(500)}),
                json!({"metadata": {"options": twelve}}),
                json!({"metadata": {"allowMultiple": true, "isAnonymous": false}}),
                json!({"metadata": {"expiresAt": "2026-01-01T00:00:00Z"}}),
            ],
        );
        wrong(
            &base(),
            &[
                ("content", json!(null), ":required"),
                ("content", json!(" "), ":required"),
                ("content", json!("x".repeat(501)), ":size"),
                ("metadata", json!(null), ".options:required"),
                ("metadata.options", json!(["One"]), ":size"),
                ("metadata.options", json!(thirteen), ":size"),
                ("metadata.options", json!(["a", ""]), "[1]:size"),
                (
                    "metadata.options",
                    json!(["a", "x".repeat(101)]),
                    "[1]:size",
                ),
                ("metadata.options", json!(["a", 2]), "[1]:type"),
                (
                    "metadata.options",
                    json!(["a", " \u{200B}"]),
                    "[1]:required",
                ),
                ("metadata.options", json!(["a", "b\u{1B}c"]), "[1]:format"),
                ("metadata.options", json!(["a", "b", "a "]), "[2]:unique"),
                ("metadata.options", json!("a,b"), ":type"),
                ("metadata.expiresAt", json!(5), ":type"),
                ("metadata.pollId", json!("p"), ":unknown"),
            ],
        );
        refused(
            &base(),
            &[(
                json!({"metadata": {"allowMultiple": 1, "isAnonymous": "no"}}),
                &["metadata.allowMultiple:type", "metadata.isAnonymous:type"],
            )],
        );
    }

    #[test]
    fn the_document_is_made_of_what_was_sent() {
        let change =
            json!({"metadata": {"allowMultiple": true, "expiresAt": "2026-01-01T00:00:00Z"}});
        let read = read(&with(&base(), &change)).unwrap();
        let poll = PollDetails {
            options: vec!["Here".into(), "There".into()],
            allow_multiple: Some(true),
            is_anonymous: None,
            expires_at: Some("2026-01-01T00:00:00Z".parse().unwrap()),
        };
        assert_eq!(options_text(&poll.options), r#"["Here","There"]"#);
        assert_eq!(read.missed(poll.expires_at.unwrap()).count(), 1);
        assert_eq!(read.details, Details::Poll(poll));
    }
}
