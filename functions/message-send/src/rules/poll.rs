//! Polls.

use std::collections::BTreeSet;

use whisper_schema::{Rule, Timestamp};

use super::fields::{Fields, Need};
use crate::draft::Draft;

/// Characters of the question: the content of the message.
const QUESTION: usize = 500;
/// Characters that the options have room for as JSON text.
const OPTIONS_TEXT: usize = 5000;

/// What a poll's own document is made of, beside the question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PollDraft {
    /// What can be chosen.
    pub options: Vec<String>,
    /// Whether one may choose several.
    pub allow_multiple: bool,
    /// Whether nobody sees who chose what.
    pub is_anonymous: bool,
    /// When voting ends.
    pub expires_at: Option<Timestamp>,
}

/// A question and 2 to 12 different options.
pub(super) fn poll(draft: &Draft, fields: &mut Fields<'_, '_>) -> PollDraft {
    if fields.clean("content") {
        if draft.content.trim().is_empty() {
            fields.refuse_outside("content", Rule::Required, "must be the question");
        } else if draft.content.chars().count() > QUESTION {
            let message =
                format!("must have at most {QUESTION} characters, as the question of a poll");
            fields.refuse_outside("content", Rule::Size, message);
        }
    }
    let options = fields.texts("options", Need::Required, 2..=12, 1..=100);
    let mut seen = BTreeSet::new();
    // Positions are right only when every option could be read.
    let read = if fields.clean("metadata.options") {
        options.as_slice()
    } else {
        &[]
    };
    for (index, option) in read.iter().enumerate() {
        let key = format!("options[{index}]");
        if option.trim().is_empty() {
            fields.refuse(
                &key,
                Rule::Required,
                "must have at least one visible character",
            );
        } else if !seen.insert(option.trim()) {
            fields.refuse(&key, Rule::Format, "must differ from the other options");
        }
    }
    let options: Vec<String> = options.into_iter().map(str::to_owned).collect();
    if options_text(&options).chars().count() > OPTIONS_TEXT {
        fields.refuse(
            "options",
            Rule::Size,
            format!("must fit {OPTIONS_TEXT} characters as JSON"),
        );
    }
    PollDraft {
        options,
        allow_multiple: fields.boolean("allowMultiple").unwrap_or(false),
        is_anonymous: fields.boolean("isAnonymous").unwrap_or(false),
        expires_at: fields.deadline("expiresAt"),
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
    use crate::draft::Extra;
    use crate::rules::testing::{read, refused, taken, with, wrong};

    fn base() -> serde_json::Value {
        json!({"contentType": "poll", "content": "Where?", "metadata": {"options": ["Here", "There"]}})
    }

    #[test]
    fn poll() {
        let twelve: Vec<String> = (0..12).map(|n| format!("{n:x<100}")).collect();
        let thirteen: Vec<String> = (0..13).map(|n| n.to_string()).collect();
        // Each of these takes six characters as JSON.
        let wide: Vec<String> = (0..12)
            .map(|n| format!("{n}{}", "\u{1}".repeat(90)))
            .collect();
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
                ("metadata.options", json!(["a", " "]), "[1]:required"),
                ("metadata.options", json!(["a", "b", "a "]), "[2]:format"),
                ("metadata.options", json!(wide), ":size"),
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
        let draft = read(&with(&base(), &change)).unwrap();
        let poll = PollDraft {
            options: vec!["Here".into(), "There".into()],
            allow_multiple: true,
            is_anonymous: false,
            expires_at: Some("2026-01-01T00:00:00Z".parse().unwrap()),
        };
        assert_eq!(options_text(&poll.options), r#"["Here","There"]"#);
        assert_eq!(draft.extra, Extra::Poll(poll));
        assert_eq!(draft.deadlines.len(), 1);
    }
}
