//! What the API shows of conversations and members.

use serde::Serialize;
use serde_json::{Map, Value, json};
use whisper_schema::prelude::{
    Conversation, ConversationKind, ConversationMember, ConversationMemberRole, Profile, Timestamp,
};
use whisper_store::{Doc, Filter, Order, Query};

use crate::access::active;
use crate::rules::MANAGERS;
use crate::unread::Unread;

/// Most ids in `participantIds`, `adminIds` and `moderatorIds`; the members' list has them all.
pub const SHOWN_MEMBERS: u32 = 100;

/// A conversation as one of its members sees it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConversationView {
    /// Id of the conversation.
    pub id: String,
    /// Who talks to whom.
    #[serde(rename = "type")]
    pub kind: ConversationKind,
    /// Title of a group; a direct conversation has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where its picture is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// File of its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_file_id: Option<String>,
    /// User who made it.
    pub creator_id: String,
    /// The first 100 active members, in the order they joined.
    pub participant_ids: Vec<String>,
    /// Owner and admins, at most 100.
    pub admin_ids: Vec<String>,
    /// Moderators, at most 100.
    pub moderator_ids: Vec<String>,
    /// Number of active members.
    pub participant_count: i64,
    /// Most members it may have.
    pub max_participants: i64,
    /// Whether clients encrypt messages end to end.
    pub is_encrypted: bool,
    /// Protocol the clients encrypt with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_version: Option<String>,
    /// The caller's id when they pinned it, else empty.
    pub is_pinned: Vec<String>,
    /// The caller's id when they muted it, else empty.
    pub is_muted: Vec<String>,
    /// The caller's id when they archived it, else empty.
    pub is_archived: Vec<String>,
    /// Newest message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message_id: Option<String>,
    /// Preview of the newest message; absent when encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message_text: Option<String>,
    /// When the newest message was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message_at: Option<Timestamp>,
    /// Who sent the newest message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message_sender_id: Option<String>,
    /// The caller's unread messages by the caller's id, as in `my`.
    pub unread_count: Map<String, Value>,
    /// Settings that the members share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<Map<String, Value>>,
    /// Whether anybody may find and join it.
    pub is_public: bool,
    /// Category it is listed under when public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Words it is found by when public.
    pub tags: Vec<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When its details last changed; a new message doesn't count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// What the caller keeps about it.
    pub my: MyMembership,
}

/// The caller's own side of a conversation.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MyMembership {
    /// What the caller may do.
    pub role: ConversationMemberRole,
    /// Whether notifications are off.
    pub is_muted: bool,
    /// Whether it stands at the top of the list.
    pub is_pinned: bool,
    /// Whether it was put away.
    pub is_archived: bool,
    /// When the caller joined, the last time if more than once.
    pub joined_at: Timestamp,
    /// When the newest message read was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_read_at: Option<Timestamp>,
    /// Newest message read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_read_message_id: Option<String>,
    /// Messages of others since then, at most 999.
    pub unread_count: u64,
    /// Whether there are more than 999.
    pub unread_capped: bool,
}

/// A member as the other members see them.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MemberView {
    /// Id of the user.
    pub user_id: String,
    /// What they may do.
    pub role: ConversationMemberRole,
    /// When they joined, the last time if more than once.
    pub joined_at: Timestamp,
    /// Who brought them in; absent if they came on their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invited_by: Option<String>,
    /// Handle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Name shown in conversations and lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Where the picture is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
}

impl MemberView {
    /// A member with what their profile shows to everybody.
    pub fn new(member: &ConversationMember, profile: Option<&Profile>) -> Self {
        MemberView {
            user_id: member.user_id.clone(),
            role: member.role,
            joined_at: member.joined_at,
            invited_by: member.invited_by.clone(),
            username: profile.and_then(|p| p.username.clone()),
            display_name: profile.and_then(|p| p.display_name.clone()),
            avatar_url: profile.and_then(|p| p.avatar_url.clone()),
        }
    }
}

type Members = Query<ConversationMember>;
type Found = Vec<Doc<ConversationMember>>;

/// The query for the ids that the view of a direct conversation shows: nobody stands out there.
pub fn shown_pair(conversation: &str) -> Members {
    Query::new()
        .filter(Filter::eq(
            ConversationMember::CONVERSATION_ID,
            conversation,
        ))
        .filter(active())
        .order(Order::asc(ConversationMember::JOINED_AT))
        .limit(SHOWN_MEMBERS)
}

/// The queries for the ids that the view of a group shows: participants, managers, moderators.
pub fn shown_members(conversation: &str) -> (Members, Members, Members) {
    let with_role = |role| {
        Query::new()
            .filter(Filter::eq(
                ConversationMember::CONVERSATION_ID,
                conversation,
            ))
            .filter(active())
            .filter(role)
            .limit(SHOWN_MEMBERS)
    };
    (
        shown_pair(conversation),
        with_role(Filter::is_in(ConversationMember::ROLE, MANAGERS)),
        with_role(Filter::eq(
            ConversationMember::ROLE,
            ConversationMemberRole::Moderator,
        )),
    )
}

/// The members whose ids a view shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShownMembers {
    /// In the order they joined.
    pub participants: Vec<String>,
    /// Owner and admins.
    pub admins: Vec<String>,
    /// Moderators.
    pub moderators: Vec<String>,
}

impl ShownMembers {
    /// From what [`shown_pair`] or [`shown_members`] gave.
    pub fn of(pair: Option<Found>, group: Option<(Found, Found, Found)>) -> Self {
        let (participants, admins, moderators) = group.unwrap_or_default();
        ShownMembers {
            participants: ids(pair.unwrap_or(participants)),
            admins: ids(admins),
            moderators: ids(moderators),
        }
    }
}

impl From<(Found, Found, Found)> for ShownMembers {
    fn from(group: (Found, Found, Found)) -> Self {
        ShownMembers::of(None, Some(group))
    }
}

fn ids(found: Found) -> Vec<String> {
    found
        .into_iter()
        .map(|member| member.value.user_id)
        .collect()
}

impl ConversationView {
    /// The conversation as `me` sees it.
    pub fn new(
        of: Conversation,
        me: &ConversationMember,
        shown: ShownMembers,
        unread: Unread,
    ) -> Self {
        let mine = |set: bool| {
            if set {
                vec![me.user_id.clone()]
            } else {
                Vec::new()
            }
        };
        let mut unread_count = Map::new();
        unread_count.insert(me.user_id.clone(), json!(unread.count));
        ConversationView {
            id: of.id,
            kind: of.kind,
            name: of.name,
            description: of.description,
            avatar_url: of.avatar_url,
            avatar_file_id: of.avatar_file_id,
            creator_id: of.creator_id,
            participant_ids: shown.participants,
            admin_ids: shown.admins,
            moderator_ids: shown.moderators,
            participant_count: of.participant_count,
            max_participants: of.max_participants,
            is_encrypted: of.is_encrypted,
            encryption_version: of.encryption_version,
            is_pinned: mine(me.is_pinned),
            is_muted: mine(me.is_muted),
            is_archived: mine(me.is_archived),
            last_message_id: of.last_message_id,
            last_message_text: of.last_message_text,
            last_message_at: of.last_message_at,
            last_message_sender_id: of.last_message_sender_id,
            unread_count,
            settings: of
                .settings
                .as_deref()
                .and_then(|text| serde_json::from_str(text).ok()),
            is_public: of.is_public,
            category: of.category,
            tags: of.tags,
            created_at: of.created_at,
            updated_at: of.updated_at,
            my: MyMembership::new(me, unread),
        }
    }
}

impl MyMembership {
    /// The membership `me` with its unread messages counted.
    pub fn new(me: &ConversationMember, unread: Unread) -> Self {
        MyMembership {
            role: me.role,
            is_muted: me.is_muted,
            is_pinned: me.is_pinned,
            is_archived: me.is_archived,
            joined_at: me.joined_at,
            last_read_at: me.last_read_at,
            last_read_message_id: me.last_read_message_id.clone(),
            unread_count: unread.count,
            unread_capped: unread.capped,
        }
    }
}
