//! What members may change of a conversation, and how two who change it at once learn of each other.

use serde::Serialize;
use serde_json::{Map, Value};
use whisper_kit::error::{Error, FieldError, Result};
use whisper_kit::ids::derived_id;
use whisper_schema::Rule;
use whisper_schema::prelude::{Column, Conversation, ConversationKind, Document, Timestamp};
use whisper_store::{Filter, Patch};

use crate::draft::broken;
use crate::fields::{examine, is_blank};

/// A change of a conversation's details; null takes a value away.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConversationChange {
    /// Title of a group, 1 to 100 characters; can't be taken away.
    pub name: Option<String>,
    /// What a group is about, at most 500 characters.
    pub description: Option<String>,
    /// Where a group's picture is served.
    pub avatar_url: Option<String>,
    /// File of a group's picture.
    pub avatar_file_id: Option<String>,
    /// Settings that the members share: a JSON object, at most 5,000 characters as text.
    pub settings: Option<Map<String, Value>>,
}

const COLUMNS: [(&str, Column<Conversation>); 5] = [
    ("name", Conversation::NAME),
    ("description", Conversation::DESCRIPTION),
    ("avatarUrl", Conversation::AVATAR_URL),
    ("avatarFileId", Conversation::AVATAR_FILE_ID),
    ("settings", Conversation::SETTINGS),
];

/// The values behind [`COLUMNS`], in their order.
fn values(of: &Conversation) -> [&Option<String>; 5] {
    [
        &of.name,
        &of.description,
        &of.avatar_url,
        &of.avatar_file_id,
        &of.settings,
    ]
}

/// Stands for these details in the ETag.
///
/// The row's revision would not do: every message changes the row, and who edits a busy group's name
/// would never find it unchanged.
pub fn fingerprint(of: &Conversation) -> i64 {
    let texts: Vec<String> = values(of)
        .iter()
        .map(|v| v.as_ref().map_or("-".to_owned(), |text| format!("+{text}")))
        .collect();
    let parts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let id = derived_id(&parts);
    // 48 bits: enough to tell versions of one document apart.
    let digits: String = id.chars().filter(|c| *c != '-').take(12).collect();
    i64::from_str_radix(&digits, 16).unwrap_or_default()
}

/// Holds while the details are those of `of`.
pub fn unchanged(of: &Conversation) -> Filter<Conversation> {
    Filter::and(
        COLUMNS
            .iter()
            .zip(values(of))
            .map(|((_, column), value)| match value {
                Some(text) => Filter::eq(*column, text.as_str()),
                None => Filter::is_null(*column),
            }),
    )
}

/// Reads a change of `conversation` and applies it there; everything wrong is told at once.
///
/// # Errors
/// `validation_failed` with the fields.
pub fn change(
    mut body: Map<String, Value>,
    conversation: &mut Conversation,
) -> Result<Patch<Conversation>> {
    let mut wrong = examine(
        Conversation::COLLECTION,
        &mut body,
        &COLUMNS.map(|(key, _)| key),
    );
    wrong.extend(match conversation.kind {
        ConversationKind::Direct => wrong_with_direct(&body),
        _ => wrong_with_group(&body),
    });
    if !wrong.is_empty() {
        return Err(Error::fields(wrong));
    }
    let mut patch = Patch::new();
    for (key, column) in COLUMNS {
        let Some(value) = body.remove(key) else {
            continue;
        };
        let text = value.as_str().map(str::to_owned);
        match key {
            "name" => conversation.name = text,
            "description" => conversation.description = text,
            "avatarUrl" => conversation.avatar_url = text,
            "avatarFileId" => conversation.avatar_file_id = text,
            _ => conversation.settings = text,
        }
        patch = patch.set(column, value);
    }
    if !patch.is_empty() {
        patch = patch.set(Conversation::UPDATED_AT, Timestamp::AT_COMMIT);
    }
    Ok(patch)
}

fn wrong_with_direct(body: &Map<String, Value>) -> Vec<FieldError> {
    let refused = COLUMNS
        .iter()
        .filter(|(key, _)| *key != "settings" && body.contains_key(*key));
    refused
        .map(|(key, _)| {
            broken(
                *key,
                Rule::Unknown,
                "is for groups; a direct conversation has none",
            )
        })
        .collect()
}

fn wrong_with_group(body: &Map<String, Value>) -> Vec<FieldError> {
    match body.get("name") {
        Some(Value::Null) => vec![broken(
            "name",
            Rule::Required,
            "can't be taken away from a group",
        )],
        Some(Value::String(name)) if is_blank(name) => {
            vec![broken("name", Rule::Size, "must not be blank")]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn group() -> Conversation {
        Conversation {
            kind: ConversationKind::Group,
            name: Some("Old".into()),
            description: Some("About".into()),
            ..Conversation::default()
        }
    }

    fn changed(of: &mut Conversation, body: Value) -> std::result::Result<bool, Vec<String>> {
        let Value::Object(body) = body else {
            panic!("an object")
        };
        change(body, of)
            .map(|patch| !patch.is_empty())
            .map_err(|error| {
                error
                    .field_errors()
                    .iter()
                    .map(|e| e.field.clone())
                    .collect()
            })
    }

    #[test]
    fn a_change_is_applied_and_null_takes_away() {
        let mut of = group();
        let body = json!({"name": "New", "description": null, "settings": {"a": 1}});
        assert_eq!(changed(&mut of, body), Ok(true));
        assert_eq!(of.name.as_deref(), Some("New"));
        assert_eq!(of.description, None);
        assert_eq!(of.settings.as_deref(), Some(r#"{"a":1}"#));
        assert_eq!(changed(&mut of, json!({})), Ok(false));
    }

    #[test]
    fn what_is_refused_and_where() {
        for (body, wanted) in [
            (json!({"name": null}), vec!["name"]),
            (json!({"name": ""}), vec!["name"]),
            (
                json!({"participantCount": 5, "type": "direct"}),
                vec!["participantCount", "type"],
            ),
            (
                json!({"avatarUrl": "x", "description": 1}),
                vec!["avatarUrl", "description"],
            ),
        ] {
            assert_eq!(
                changed(&mut group(), body.clone()),
                Err(wanted.iter().map(|f| f.to_string()).collect()),
                "{body}"
            );
        }
        let mut direct = Conversation {
            kind: ConversationKind::Direct,
            ..Conversation::default()
        };
        assert_eq!(changed(&mut direct, json!({"settings": {}})), Ok(true));
        assert_eq!(
            changed(&mut direct, json!({"name": "x"})),
            Err(vec!["name".into()])
        );
    }

    #[test]
    fn the_fingerprint_follows_the_details_alone() {
        let of = group();
        let talked = Conversation {
            last_message_text: Some("hi".into()),
            participant_count: 9,
            ..of.clone()
        };
        assert_eq!(fingerprint(&of), fingerprint(&talked));
        let renamed = Conversation {
            name: Some("New".into()),
            ..of.clone()
        };
        let moved = Conversation {
            name: None,
            description: Some("Old".into()),
            ..of.clone()
        };
        let bare = Conversation {
            name: Some(String::new()),
            ..of.clone()
        };
        let none = Conversation {
            name: None,
            ..of.clone()
        };
        let all = [&of, &renamed, &moved, &bare, &none].map(fingerprint);
        let distinct: std::collections::BTreeSet<i64> = all.into_iter().collect();
        assert_eq!(distinct.len(), all.len());
        assert!(distinct.iter().all(|f| *f >= 0));
    }
}
