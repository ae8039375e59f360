//! A conversation that somebody wants.

use whisper_kit::error::{Error, FieldError, Result};
use whisper_schema::body::{Fields, forms};
use whisper_schema::prelude::{Conversation, ConversationKind, ConversationSettings};
use whisper_schema::{Body, Rule};

/// Most people that one request brings in.
pub const MOST_PARTICIPANTS: usize = 100;
/// Most members of a group or community.
const MOST_MEMBERS: i64 = 200_000;
/// Most subscribers of a channel, which is as many as JSON can tell exactly (RFC 8259, 6): any number.
const MOST_SUBSCRIBERS: i64 = (1 << 53) - 1;

/// A conversation to be made.
#[derive(Clone, Debug, PartialEq, Body)]
#[body(of = Conversation, check = NewConversation::check)]
#[body(rule = r#"{"anyOf": [{"properties": {
            "type": {"const": "direct"}, "participantIds": {"type": "array", "minItems": 1, "maxItems": 1}, "name": {"type": "null"}, "description": {"type": "null"},
            "avatarUrl": {"type": "null"}, "avatarFileId": {"type": "null"}, "maxParticipants": {"type": "null"}}, "required": ["participantIds"]},
        {"properties": {"type": {"const": "broadcast"}, "isEncrypted": {"enum": [null, false]}, "maxParticipants": {"type": "null"}}},
        {"properties": {"type": {"const": "channel"}, "name": {"type": "string"}}, "required": ["name"]},
        {"properties": {"type": {"enum": ["group", "community"]}, "name": {"type": "string"}, "maxParticipants": {"maximum": 200000}}, "required": ["name"]}]}"#)]
#[body(example = r#"{"type": "broadcast", "name": "Family", "participantIds": []}"#)]
#[body(example = r#"{"type": "channel", "name": "News", "settings": {"signatures": true}}"#)]
#[body(example = r#"{"type": "group", "name": "Chess", "participantIds": []}"#)]
pub struct NewConversation {
    /// How many write, and to how many.
    #[field(key = "type")]
    pub kind: ConversationKind,
    /// Users beside the caller: exactly one in a direct conversation, at most 100 in a group or channel, or recipients of a
    /// broadcast.
    #[field(apart, count = 0..=100, unique, is = forms::ID)]
    pub participant_ids: Vec<String>,
    /// Title of a group or channel, 1 to 100 characters; a direct conversation has none.
    pub name: Option<String>,
    /// Description of a group, at most 500 characters.
    pub description: Option<String>,
    /// Where a group's picture is served.
    #[field(is = forms::WEB_URL)]
    pub avatar_url: Option<String>,
    /// File of a group's picture: the caller's own, whole, in the bucket `avatars`.
    pub avatar_file_id: Option<String>,
    /// Settings of a group; a direct conversation has `messageTimerSeconds` and `custom` alone.
    #[field(apart)]
    pub settings: Option<ConversationSettings>,
    /// Whether clients encrypt messages end to end.
    #[field(default = false)]
    pub is_encrypted: bool,
    /// Most members that it may have: of a group or community 200,000 if not said, and no more; of a channel any number.
    #[field(apart, range = 2..=9_007_199_254_740_991)]
    pub max_participants: Option<i64>,
}

impl NewConversation {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        match self.kind {
            ConversationKind::Direct => self.check_direct(fields),
            ConversationKind::Broadcast => self.check_list(fields),
            ConversationKind::Group | ConversationKind::Channel | ConversationKind::Community => {
                self.check_group(fields);
            }
        }
    }

    fn check_direct(&self, fields: &mut Fields<'_, '_>) {
        if self.participant_ids.len() != 1 && fields.is_clean("participantIds") {
            let detail = "must name exactly one other user";
            fields.refuse("participantIds", Rule::Size, detail);
        }
        let of_groups = [
            "name",
            "description",
            "avatarUrl",
            "avatarFileId",
            "maxParticipants",
        ];
        for key in of_groups {
            if fields.has(key) {
                fields.refuse(key, Rule::Unknown, OF_GROUPS);
            }
        }
        let settings = self.settings.iter().flat_map(settings_of_groups);
        for key in settings {
            fields.refuse(&key, Rule::Unknown, OF_GROUPS);
        }
    }

    fn check_list(&self, fields: &mut Fields<'_, '_>) {
        if self.is_encrypted {
            fields.refuse("isEncrypted", Rule::Enum, NOT_OF_LISTS);
        }
        if fields.has("maxParticipants") {
            fields.refuse("maxParticipants", Rule::Unknown, NOT_OF_LISTS);
        }
        let settings = self.settings.iter().flat_map(settings_of_groups);
        for key in settings {
            fields.refuse(&key, Rule::Unknown, NOT_OF_LISTS);
        }
    }

    fn check_group(&self, fields: &mut Fields<'_, '_>) {
        if self.name.is_none() && fields.is_clean("name") {
            let detail = "is required for a group, channel or community";
            fields.refuse("name", Rule::Required, detail);
        }
        let settings = self.settings.iter();
        for (name, why) in settings.flat_map(|settings| settings.unfit_for(self.kind)) {
            fields.refuse(&format!("settings.{name}"), Rule::Enum, why);
        }
        if self
            .max_participants
            .is_some_and(|most| most > MOST_MEMBERS)
            && !self.is_channel()
        {
            let detail = format!("must be {MOST_MEMBERS} or less for a group or community");
            fields.refuse("maxParticipants", Rule::Range, &detail);
        }
        // The caller takes a place too.
        let count = self.participant_ids.len() as i64;
        if self.max_participants.is_some_and(|most| count >= most) {
            let detail = "are more than maxParticipants allows";
            fields.refuse("participantIds", Rule::Size, detail);
        }
    }

    /// Most members that it may have, if it is no conversation of two and no list.
    pub fn most_members(&self) -> i64 {
        let most = match self.is_channel() {
            true => MOST_SUBSCRIBERS,
            false => MOST_MEMBERS,
        };
        self.max_participants.unwrap_or(most)
    }

    fn is_channel(&self) -> bool {
        self.kind == ConversationKind::Channel
    }

    /// Refuses the caller as one of the others.
    ///
    /// # Errors
    /// `validation_failed` with the place.
    pub fn refuse_caller(&self, caller: &str) -> Result<()> {
        match self.participant_ids.iter().position(|id| id == caller) {
            None => Ok(()),
            Some(i) => Err(Error::field(
                format!("participantIds[{i}]"),
                Rule::Reference,
                "is yourself: you take part anyway",
            )),
        }
    }
}

/// The refusal of a group's field in a direct conversation.
pub const OF_GROUPS: &str = "is for groups; a direct conversation has none";

/// The refusal of a field in a broadcast.
pub const NOT_OF_LISTS: &str = "is not for broadcasts";

/// The fields of settings that a direct conversation doesn't have.
pub fn settings_of_groups(settings: &ConversationSettings) -> Vec<String> {
    let shared = ConversationSettings {
        custom: settings.custom.clone(),
        message_timer_seconds: settings.message_timer_seconds,
        ..ConversationSettings::default()
    };
    let names = settings.unlike(&shared).names().into_iter();
    names.map(|name| format!("settings.{name}")).collect()
}

/// The refusal of users who can't be brought in, by their positions in a list. Whether there is no such account, or a
/// block in between, and whose, is not told.
pub fn no_such_users(field: &str, positions: &[usize]) -> Error {
    refused(field, positions, "is no such user")
}

/// The refusal of users who don't let the caller do this.
pub fn unwilling_users(field: &str, positions: &[usize]) -> Error {
    refused(field, positions, "doesn't let you do this")
}

/// The refusal of users who are banned.
pub fn banned_users(field: &str, positions: &[usize]) -> Error {
    refused(field, positions, "is banned from this conversation")
}

fn refused(field: &str, positions: &[usize], detail: &str) -> Error {
    let errors = positions
        .iter()
        .map(|i| FieldError::new(format!("{field}[{i}]"), Rule::Reference, detail));
    Error::fields(errors.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use whisper_schema::body;

    fn fields(body: Value) -> Vec<String> {
        match body::read::<NewConversation>(body.as_object().unwrap()) {
            Ok(_) => Vec::new(),
            Err(wrong) => wrong.into_iter().map(|wrong| wrong.field).collect(),
        }
    }

    #[test]
    fn what_is_possible() {
        for body in [
            json!({"type": "direct", "participantIds": ["a"]}),
            json!({"type": "direct", "participantIds": ["a"], "settings": {"custom": {"colour": 60}}, "isEncrypted": true}),
            json!({"type": "direct", "participantIds": ["a"], "settings": {"messageTimerSeconds": 86_400}}),
            json!({"type": "group", "name": "x"}),
            json!({"type": "group", "name": "x", "description": null, "participantIds": ["a", "b"]}),
            json!({"type": "channel", "name": "x", "settings": {"signatures": true, "sendMessages": "owner"}}),
            json!({"type": "broadcast", "participantIds": ["a", "b"]}),
            json!({"type": "community", "name": "x", "description": "y"}),
            json!({"type": "group", "name": "x".repeat(100), "maxParticipants": 2, "participantIds": ["a"]}),
        ] {
            assert_eq!(fields(body.clone()), [""; 0], "{body}");
        }
    }

    #[test]
    fn the_type_is_one_of_five() {
        for body in [json!({}), json!({"type": "club"})] {
            assert_eq!(fields(body.clone()), ["type"], "{body}");
        }
    }

    #[test]
    fn each_kind_refuses_what_is_for_others() {
        for (body, wanted) in [
            (json!({"type": "channel"}), vec!["name"]),
            (
                json!({"type": "broadcast", "isEncrypted": true, "maxParticipants": 3, "settings": {"addMembers": "everyone"}}),
                vec!["isEncrypted", "maxParticipants", "settings.addMembers"],
            ),
            (
                json!({"type": "channel", "name": "x", "settings": {"sendMessages": "everyone", "seeMembers": "everyone"}}),
                vec!["settings.sendMessages", "settings.seeMembers"],
            ),
            (
                json!({"type": "group", "name": "x", "settings": {"signatures": true}}),
                vec!["settings.signatures"],
            ),
        ] {
            assert_eq!(fields(body.clone()), wanted, "{body}");
        }
    }

    /// A group with these fields besides.
    fn group(more: &Value) -> Value {
        let mut body = json!({"type": "group", "name": "x"});
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        body
    }

    #[test]
    fn numbers_of_members_have_bounds() {
        let many: Vec<String> = (0..101).map(|i| format!("u{i}")).collect();
        for (body, wanted) in [
            (
                group(&json!({"participantIds": ["a", "b", "a"]})),
                vec!["participantIds[2]"],
            ),
            (
                group(&json!({ "participantIds": many })),
                vec!["participantIds"],
            ),
            (
                group(&json!({"maxParticipants": 1})),
                vec!["maxParticipants"],
            ),
            (
                group(&json!({"maxParticipants": 200_001})),
                vec!["maxParticipants"],
            ),
            (
                group(&json!({"maxParticipants": 2, "participantIds": ["a", "b"]})),
                vec!["participantIds"],
            ),
        ] {
            assert_eq!(fields(body.clone()), wanted, "{body}");
        }
    }

    #[test]
    fn what_is_refused_and_where() {
        for (body, wanted) in [
            (json!({"type": "direct"}), vec!["participantIds"]),
            (
                json!({"type": "direct", "participantIds": ["a", "b"]}),
                vec!["participantIds"],
            ),
            (
                json!({"type": "direct", "participantIds": ["a"], "name": "x", "maxParticipants": 3}),
                vec!["name", "maxParticipants"],
            ),
            (
                json!({"type": "direct", "participantIds": ["a"], "settings": {"addMembers": "everyone", "custom": {}}}),
                vec!["settings.addMembers"],
            ),
            (
                group(&json!({"settings": {"addMembers": 1, "theme": "dark"}})),
                vec!["settings.addMembers", "settings.theme"],
            ),
            (json!({"type": "group"}), vec!["name"]),
            (group(&json!({"name": " \n"})), vec!["name"]),
            (
                group(&json!({"name": "a\nb", "description": "\u{1B}[2J"})),
                vec!["name", "description"],
            ),
            (group(&json!({"name": "x".repeat(101)})), vec!["name"]),
            (
                group(&json!({"avatarUrl": "ftp://example.com/x.png"})),
                vec!["avatarUrl"],
            ),
            (
                group(
                    &json!({"name": 5, "avatarUrl": "x", "isEncrypted": "yes", "creatorId": "a"}),
                ),
                vec!["name", "avatarUrl", "isEncrypted", "creatorId"],
            ),
        ] {
            assert_eq!(fields(body.clone()), wanted, "{body}");
        }
    }

    #[test]
    fn the_caller_is_none_of_the_others() {
        let draft = json!({"type": "group", "name": "x", "participantIds": ["a", "me"]});
        let draft = body::read::<NewConversation>(draft.as_object().unwrap()).unwrap();
        let refused = draft.refuse_caller("me").unwrap_err();
        assert_eq!(refused.field_errors()[0].field, "participantIds[1]");
        assert!(draft.refuse_caller("b").is_ok());
    }
}
