//! Settings of a conversation: the rights of its members by their roles, and the rules that hold for all of them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Conversation, ConversationKind};
use crate::body::Fields;
use crate::system::{ConversationMember, ConversationMemberRole as Role};
use crate::{Body, Rule, choices};

/// The most seconds of slow mode: 6 hours.
pub const LONGEST_SLOW_MODE: i64 = 21_600;
/// The longest life that a conversation gives its messages, in seconds: 365 days.
pub const LONGEST_TIMER: i64 = 31_536_000;
/// The shortest one, in seconds.
const SHORTEST_TIMER: i64 = 5;
/// The most characters that clients keep in the settings, as JSON text. The rest of the attribute is the server's.
const CUSTOM_TEXT: usize = 4_000;

choices! {
    /// The members whom a setting names: the holders of a role, and members who stand higher.
    pub enum ConversationCircle {
        /// All members.
        Everyone = "everyone",
        /// Moderators, admins and the owner.
        Moderators = "moderators",
        /// Admins and the owner.
        Admins = "admins",
        /// The owner alone.
        Owner = "owner",
    }
}

choices! {
    /// The part of the history that is for members who joined later.
    pub enum ConversationHistory {
        /// All of it.
        All = "all",
        /// The messages since they joined, the last time if more than once.
        Joined = "joined",
    }
}

/// The rights that settings give to roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConversationRight {
    /// To send messages.
    SendMessages,
    /// To add members.
    AddMembers,
    /// To change name, description and picture.
    EditDetails,
    /// To pin messages for all.
    PinMessages,
    /// To make links that invite.
    InviteMembers,
    /// To mention all members at once.
    MentionAll,
    /// To see who belongs to it.
    SeeMembers,
    /// To set how long messages stay.
    SetMessageTimer,
}

/// The settings of a conversation; settings that are left out stay as they are. In a direct conversation both may do
/// everything, and only `messageTimerSeconds` and `custom` are there.
///
/// The conversation keeps the settings that were ever set; [`ConversationSettings::filled`] adds the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Body)]
#[serde(rename_all = "camelCase", default)]
#[body(check = ConversationSettings::check)]
#[body(rule = r#"{"properties": {"messageTimerSeconds": {"not": {"enum": [1, 2, 3, 4]}}}}"#)]
#[body(example = r#"{"sendMessages": "admins", "slowModeSeconds": 30, "history": "joined"}"#)]
pub struct ConversationSettings {
    /// The members who may send messages: everyone, at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_messages: Option<ConversationCircle>,
    /// The members who may add others: admins, at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub add_members: Option<ConversationCircle>,
    /// The members who may change name, description and picture: admins, at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit_details: Option<ConversationCircle>,
    /// The members who may pin messages for all: moderators, at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin_messages: Option<ConversationCircle>,
    /// The members who may make links that invite: admins, at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invite_members: Option<ConversationCircle>,
    /// The members who may mention all others at once: everyone, at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mention_all: Option<ConversationCircle>,
    /// The members who see the list of members: everyone, at first. Owner, admins and moderators are seen by all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub see_members: Option<ConversationCircle>,
    /// Seconds between two messages of an ordinary member, up to 6 hours; 0, as at first, for no wait.
    #[field(range = 0..=LONGEST_SLOW_MODE)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow_mode_seconds: Option<i64>,
    /// The members who may set how long messages stay: admins, at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_message_timer: Option<ConversationCircle>,
    /// Seconds after which each message disappears that is sent from then on, 5 to 31,536,000 (365 days); 0, as at first, where
    /// they stay. A message that says an end of its own ends at the earlier of both times.
    #[field(range = 0..=LONGEST_TIMER)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_timer_seconds: Option<i64>,
    /// The part of the history that is for members who join while this holds: all of it, at first. Under `all` everybody
    /// sees all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<ConversationHistory>,
    /// Whether users who join on their own, by a link or from the directory, wait until a member whom `addMembers` names approves:
    /// no, at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub join_approval: Option<bool>,
    /// Whether messages of a channel that are sent from now on name their authors: no, at first, and readers see the channel as
    /// the sender. Channels alone have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signatures: Option<bool>,
    /// An object of the clients' own that all members share, such as colours: at most 4,000 characters as JSON. It is
    /// replaced as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Map<String, Value>>,
}

impl ConversationCircle {
    /// Whether members of this role belong to it.
    pub fn includes(self, role: Role) -> bool {
        match self {
            ConversationCircle::Everyone => true,
            ConversationCircle::Moderators => role != Role::Member,
            ConversationCircle::Admins => matches!(role, Role::Owner | Role::Admin),
            ConversationCircle::Owner => role == Role::Owner,
        }
    }
}

impl ConversationRight {
    /// All of them.
    pub const ALL: [ConversationRight; 8] = [
        ConversationRight::SendMessages,
        ConversationRight::AddMembers,
        ConversationRight::EditDetails,
        ConversationRight::PinMessages,
        ConversationRight::InviteMembers,
        ConversationRight::MentionAll,
        ConversationRight::SeeMembers,
        ConversationRight::SetMessageTimer,
    ];
}

impl ConversationSettings {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        let custom = self.custom.as_ref().map(text_of);
        if custom.is_some_and(|text| text.chars().count() > CUSTOM_TEXT) {
            let message = format!("must have at most {CUSTOM_TEXT} characters as JSON");
            fields.refuse("custom", Rule::Size, message);
        }
        if self
            .message_timer_seconds
            .is_some_and(|seconds| (1..SHORTEST_TIMER).contains(&seconds))
        {
            let message = format!("must be 0, or from {SHORTEST_TIMER} to {LONGEST_TIMER}");
            fields.refuse("messageTimerSeconds", Rule::Range, message);
        }
    }

    /// The settings that hold where nobody set anything.
    pub fn at_first() -> Self {
        ConversationSettings {
            send_messages: Some(ConversationCircle::Everyone),
            add_members: Some(ConversationCircle::Admins),
            edit_details: Some(ConversationCircle::Admins),
            pin_messages: Some(ConversationCircle::Moderators),
            invite_members: Some(ConversationCircle::Admins),
            mention_all: Some(ConversationCircle::Everyone),
            see_members: Some(ConversationCircle::Everyone),
            slow_mode_seconds: Some(0),
            set_message_timer: Some(ConversationCircle::Admins),
            message_timer_seconds: Some(0),
            history: Some(ConversationHistory::All),
            join_approval: Some(false),
            signatures: None,
            custom: None,
        }
    }

    /// The settings by which a channel differs from that where nobody set anything: only the owner and the admins send messages,
    /// mention all and see the list of members.
    fn of_channel() -> Self {
        ConversationSettings {
            signatures: Some(false),
            ..ConversationSettings::of_community()
        }
    }

    /// The same of a community, which is for announcements.
    fn of_community() -> Self {
        let admins = Some(ConversationCircle::Admins);
        ConversationSettings {
            send_messages: admins,
            mention_all: admins,
            see_members: admins,
            ..ConversationSettings::default()
        }
    }

    /// The settings of these that a group or channel can't have, each with the reason.
    pub fn unfit_for(&self, kind: ConversationKind) -> Vec<(&'static str, &'static str)> {
        const OF_ALL: &str = "can't be everyone in a channel or community";
        let is_channel = kind == ConversationKind::Channel;
        let is_hall = is_channel || kind == ConversationKind::Community;
        let everyone = Some(ConversationCircle::Everyone);
        let unfit = [
            (
                is_hall && self.send_messages == everyone,
                "sendMessages",
                OF_ALL,
            ),
            (
                is_hall && self.see_members == everyone,
                "seeMembers",
                OF_ALL,
            ),
            (
                is_hall && self.mention_all == everyone,
                "mentionAll",
                OF_ALL,
            ),
            (
                !is_channel && self.signatures.is_some(),
                "signatures",
                "is for channels",
            ),
        ];
        let unfit = unfit.into_iter().filter(|(is_unfit, ..)| *is_unfit);
        unfit.map(|(_, name, why)| (name, why)).collect()
    }

    /// Whether messages of a channel name their authors.
    pub fn signatures(&self) -> bool {
        self.signatures.unwrap_or(false)
    }

    /// All of them: settings that were never set are as at first.
    pub fn filled(&self) -> Self {
        ConversationSettings::at_first().with(self)
    }

    /// The settings that a text holds; none of a text that holds something else.
    pub fn of_text(text: Option<&str>) -> Self {
        text.and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default()
    }

    /// As a text to be kept; none where nothing was set.
    pub fn to_text(&self) -> Option<String> {
        let fields = self.fields();
        (!fields.is_empty()).then(|| text_of(&fields))
    }

    /// The members who have a right.
    pub fn circle(&self, right: ConversationRight) -> ConversationCircle {
        let own = self.set(right);
        let circle = own.or_else(|| ConversationSettings::at_first().set(right));
        circle.unwrap_or(ConversationCircle::Owner)
    }

    fn set(&self, right: ConversationRight) -> Option<ConversationCircle> {
        match right {
            ConversationRight::SendMessages => self.send_messages,
            ConversationRight::AddMembers => self.add_members,
            ConversationRight::EditDetails => self.edit_details,
            ConversationRight::PinMessages => self.pin_messages,
            ConversationRight::InviteMembers => self.invite_members,
            ConversationRight::MentionAll => self.mention_all,
            ConversationRight::SeeMembers => self.see_members,
            ConversationRight::SetMessageTimer => self.set_message_timer,
        }
    }

    /// The part of the history that is for newcomers.
    pub fn history(&self) -> ConversationHistory {
        self.history.unwrap_or_default()
    }

    /// Whether users who join on their own wait for approval.
    pub fn join_approval(&self) -> bool {
        self.join_approval.unwrap_or(false)
    }

    /// How long messages stay that are sent now, in seconds; 0 where they stay for good.
    pub fn message_timer(&self) -> i64 {
        self.message_timer_seconds.unwrap_or(0)
    }

    /// Seconds that somebody of this role waits between two messages; 0 for no wait. Moderators, admins and the owner
    /// never do.
    pub fn slow_mode_of(&self, role: Role) -> i64 {
        match role {
            Role::Member => self.slow_mode_seconds.unwrap_or(0),
            _ => 0,
        }
    }

    /// These settings, with those of `change` in their places.
    pub fn with(&self, change: &Self) -> Self {
        let mut fields = self.fields();
        fields.extend(change.fields());
        ConversationSettings::of_fields(fields)
    }

    /// The settings of these that differ from others.
    pub fn unlike(&self, other: &Self) -> Self {
        let (mut fields, other) = (self.fields(), other.fields());
        fields.retain(|key, value| other.get(key) != Some(value));
        ConversationSettings::of_fields(fields)
    }

    /// The names of the settings that were set.
    pub fn names(&self) -> Vec<String> {
        self.fields().into_iter().map(|(name, _)| name).collect()
    }

    /// The settings that were set, by their names.
    fn fields(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        }
    }

    fn of_fields(fields: Map<String, Value>) -> Self {
        serde_json::from_value(Value::Object(fields)).unwrap_or_default()
    }
}

impl Conversation {
    /// The settings that were set; of a channel or community with those that it has at first.
    pub fn own_settings(&self) -> ConversationSettings {
        let set = ConversationSettings::of_text(self.settings.as_deref());
        match self.kind {
            ConversationKind::Channel => ConversationSettings::of_channel().with(&set),
            ConversationKind::Community => ConversationSettings::of_community().with(&set),
            _ => set,
        }
    }

    /// Whether members of this role have a right here. Between two, both may do everything.
    pub fn lets(&self, role: Role, right: ConversationRight) -> bool {
        self.kind == ConversationKind::Direct || self.own_settings().circle(right).includes(role)
    }

    /// The commit number up to which messages are hidden from a member, who joined later or cleared the conversation; 0 where
    /// none is. All code that shows messages, or refers to them, goes by this.
    pub fn hidden_up_to(&self, member: &ConversationMember) -> i64 {
        let before = match (member.history_position, self.own_settings().history()) {
            (Some(position), ConversationHistory::Joined) => position,
            _ => 0,
        };
        before.max(member.cleared_position.unwrap_or(0))
    }
}

/// An object as text.
fn text_of(object: &Map<String, Value>) -> String {
    // Writing an object with string keys can't fail.
    serde_json::to_string(object).unwrap_or_default()
}

#[cfg(test)]
mod tests;
