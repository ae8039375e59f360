//! A conversation that somebody wants: the body of the request and its rules.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value};
use whisper_kit::error::{Error, FieldError, Result};
use whisper_schema::Rule;
use whisper_schema::prelude::{Conversation, ConversationKind, Document};

use crate::fields::{examine, is_blank};

/// Most people that one request brings in.
pub const MOST_PARTICIPANTS: usize = 100;
/// Most members of a group.
pub const MOST_MEMBERS: i64 = 200_000;

/// A conversation to be made.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewConversation {
    /// `direct` or `group`; the other kinds are not supported yet.
    #[serde(rename = "type")]
    pub kind: ConversationKind,
    /// Users beside the caller: exactly one in a direct conversation, at most 100 in a group.
    #[serde(default)]
    pub participant_ids: Vec<String>,
    /// Title of a group, 1 to 100 characters; a direct conversation has none.
    pub name: Option<String>,
    /// What a group is about, at most 500 characters.
    pub description: Option<String>,
    /// Where a group's picture is served.
    pub avatar_url: Option<String>,
    /// File of a group's picture.
    pub avatar_file_id: Option<String>,
    /// Settings that the members share: a JSON object, at most 5,000 characters as text.
    #[cfg_attr(
        not(target_family = "wasm"),
        schemars(with = "Option<Map<String, Value>>")
    )]
    pub settings: Option<String>,
    /// Whether clients encrypt messages end to end; false if not said.
    pub is_encrypted: Option<bool>,
    /// Most members a group may have, 2 to 200,000; 200,000 if not said.
    pub max_participants: Option<i64>,
}

/// The fields of [`NewConversation`]; all are attributes of the collection.
const FIELDS: &[&str] = &[
    "type",
    "participantIds",
    "name",
    "description",
    "avatarUrl",
    "avatarFileId",
    "settings",
    "isEncrypted",
    "maxParticipants",
];

impl NewConversation {
    /// Reads the body of a request by `caller`; everything wrong with it is told at once.
    ///
    /// # Errors
    /// `validation_failed` with the fields.
    pub fn read(mut body: Map<String, Value>, caller: &str) -> Result<Self> {
        body.retain(|_, value| !value.is_null());
        let mut wrong = examine(Conversation::COLLECTION, &mut body, FIELDS);
        if !body.contains_key("type") {
            wrong.push(broken("type", Rule::Required, "is required"));
        }
        if !wrong.is_empty() {
            return Err(Error::fields(wrong));
        }
        let draft: NewConversation =
            serde_json::from_value(Value::Object(body)).map_err(Error::internal)?;
        let wrong = draft.wrong(caller);
        if wrong.is_empty() {
            Ok(draft)
        } else {
            Err(Error::fields(wrong))
        }
    }

    fn wrong(&self, caller: &str) -> Vec<FieldError> {
        let mut wrong = match self.kind {
            ConversationKind::Direct => self.wrong_with_direct(),
            ConversationKind::Group => self.wrong_with_group(),
            _ => {
                let detail = format!("{} is not supported yet; use direct or group", self.kind);
                return vec![broken("type", Rule::Enum, detail)];
            }
        };
        wrong.extend(repeated(&self.participant_ids, "participantIds"));
        let myself = self.participant_ids.iter().position(|id| id == caller);
        wrong.extend(myself.map(|i| {
            broken(
                format!("participantIds[{i}]"),
                Rule::Format,
                "is yourself: you take part anyway",
            )
        }));
        wrong
    }

    fn wrong_with_direct(&self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        if self.participant_ids.len() != 1 {
            wrong.push(broken(
                "participantIds",
                Rule::Size,
                "must name exactly one other user",
            ));
        }
        let given = [
            ("name", self.name.is_some()),
            ("description", self.description.is_some()),
            ("avatarUrl", self.avatar_url.is_some()),
            ("avatarFileId", self.avatar_file_id.is_some()),
            ("maxParticipants", self.max_participants.is_some()),
        ];
        let refused = given.into_iter().filter(|(_, given)| *given);
        wrong.extend(refused.map(|(field, _)| {
            broken(
                field,
                Rule::Unknown,
                "is for groups; a direct conversation has none",
            )
        }));
        wrong
    }

    fn wrong_with_group(&self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        match self.name.as_deref() {
            None => wrong.push(broken("name", Rule::Required, "is required for a group")),
            Some(name) if is_blank(name) => {
                wrong.push(broken("name", Rule::Size, "must not be blank"))
            }
            Some(_) => {}
        }
        if self.participant_ids.len() > MOST_PARTICIPANTS {
            wrong.push(broken(
                "participantIds",
                Rule::Size,
                "must name at most 100 users",
            ));
        }
        let most = self.max_participants.unwrap_or(MOST_MEMBERS);
        if !(2..=MOST_MEMBERS).contains(&most) {
            wrong.push(broken(
                "maxParticipants",
                Rule::Range,
                "must be from 2 to 200000",
            ));
        } else if self.participant_ids.len() as i64 >= most {
            // The caller takes a place too.
            wrong.push(broken(
                "participantIds",
                Rule::Size,
                "are more than maxParticipants allows",
            ));
        }
        wrong
    }
}

/// A field that breaks a rule.
pub fn broken(field: impl Into<String>, rule: Rule, detail: impl Into<String>) -> FieldError {
    FieldError::new(field, rule, detail)
}

/// Ids that stand twice in a list, at their second place.
pub fn repeated(ids: &[String], field: &str) -> Vec<FieldError> {
    let mut seen = BTreeSet::new();
    let again = ids
        .iter()
        .enumerate()
        .filter(|(_, id)| !seen.insert(id.as_str()));
    again
        .map(|(i, _)| broken(format!("{field}[{i}]"), Rule::Unique, "is named twice"))
        .collect()
}

/// The refusal of users who can't be brought in, by their positions in a list.
pub fn no_such_users(field: &str, positions: &[usize]) -> Error {
    let errors = positions
        .iter()
        .map(|i| FieldError::new(format!("{field}[{i}]"), Rule::Reference, "is no such user"));
    Error::fields(errors.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(body: Value) -> Vec<String> {
        let Value::Object(body) = body else {
            panic!("an object")
        };
        match NewConversation::read(body, "me") {
            Ok(_) => Vec::new(),
            Err(error) => error
                .field_errors()
                .iter()
                .map(|e| e.field.clone())
                .collect(),
        }
    }

    #[test]
    fn what_is_possible() {
        for body in [
            json!({"type": "direct", "participantIds": ["a"]}),
            json!({"type": "direct", "participantIds": ["a"], "settings": {"timer": 60}, "isEncrypted": true}),
            json!({"type": "group", "name": "x"}),
            json!({"type": "group", "name": "x", "description": null, "participantIds": ["a", "b"]}),
            json!({"type": "group", "name": "x".repeat(100), "maxParticipants": 2, "participantIds": ["a"]}),
        ] {
            assert_eq!(fields(body.clone()), [""; 0], "{body}");
        }
    }

    #[test]
    fn what_is_refused_and_where() {
        let many: Vec<String> = (0..101).map(|i| format!("u{i}")).collect();
        for (body, wanted) in [
            (json!({}), vec!["type"]),
            (json!({"type": "club"}), vec!["type"]),
            (json!({"type": "channel", "name": "x"}), vec!["type"]),
            (json!({"type": "direct"}), vec!["participantIds"]),
            (
                json!({"type": "direct", "participantIds": ["a", "b"]}),
                vec!["participantIds"],
            ),
            (
                json!({"type": "direct", "participantIds": ["me"]}),
                vec!["participantIds[0]"],
            ),
            (
                json!({"type": "direct", "participantIds": ["a"], "name": "x", "maxParticipants": 3}),
                vec!["name", "maxParticipants"],
            ),
            (json!({"type": "group"}), vec!["name"]),
            (json!({"type": "group", "name": " \n"}), vec!["name"]),
            (
                json!({"type": "group", "name": "x".repeat(101)}),
                vec!["name"],
            ),
            (
                json!({"type": "group", "name": "x", "participantIds": ["a", "b", "a", 1]}),
                vec!["participantIds[3]"],
            ),
            (
                json!({"type": "group", "name": "x", "participantIds": ["a", "b", "a"]}),
                vec!["participantIds[2]"],
            ),
            (
                json!({"type": "group", "name": "x", "participantIds": ["a", "me"]}),
                vec!["participantIds[1]"],
            ),
            (
                json!({"type": "group", "name": "x", "participantIds": many}),
                vec!["participantIds"],
            ),
            (
                json!({"type": "group", "name": "x", "maxParticipants": 1}),
                vec!["maxParticipants"],
            ),
            (
                json!({"type": "group", "name": "x", "maxParticipants": 200_001}),
                vec!["maxParticipants"],
            ),
            (
                json!({"type": "group", "name": "x", "maxParticipants": 2, "participantIds": ["a", "b"]}),
                vec!["participantIds"],
            ),
            (
                json!({"type": "group", "name": 5, "avatarUrl": "x", "isEncrypted": "yes", "creatorId": "a"}),
                vec!["creatorId", "avatarUrl", "isEncrypted", "name"],
            ),
        ] {
            assert_eq!(fields(body.clone()), wanted, "{body}");
        }
    }
}
