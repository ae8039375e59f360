//! Conversations as the API shows them.

use serde::Serialize;
use serde_json::{Map, Value, json};
use whisper_files::MediaView;
use whisper_messages::is_reader;
use whisper_people::{People, UserSummaryView, UsersView};
use whisper_schema::Ephemeral;
use whisper_schema::prelude::{
    Conversation, ConversationKind, ConversationMember, ConversationMemberRole,
    ConversationSettings, Message, MessageContentType, SystemMessage, Timestamp,
};

use super::shown::ShownMembers;
use super::unread::Unread;

/// A conversation as one of its members sees it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConversationView {
    /// Id of the conversation.
    pub id: String,
    /// Whether it is one of two people, a group, a channel, a list of recipients, or a community.
    #[serde(rename = "type")]
    pub kind: ConversationKind,
    /// Title of a group; a direct conversation has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where its picture is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// File of its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_file_id: Option<String>,
    /// That file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<MediaView>,
    /// User who made it; to readers of a channel, who don't learn who runs it, the channel itself.
    pub creator_id: String,
    /// The first 100 active members, in the order they joined; of the members who run it and the caller alone, where the settings
    /// don't let the caller see the members.
    pub participant_ids: Vec<String>,
    /// Owner and admins, at most 100.
    pub admin_ids: Vec<String>,
    /// Moderators, at most 100.
    pub moderator_ids: Vec<String>,
    /// Number of active members; of a broadcast its owner and its recipients.
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
    /// The other one of a direct conversation, as the caller sees them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<UserSummaryView>,
    /// Newest message that the caller sees: not one that they deleted for themselves, nor one of somebody with a block in between.
    /// Absent, as are all fields about it, when there is none, or when its sender may not use their account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message_id: Option<String>,
    /// Preview of the newest message; absent when encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message_text: Option<String>,
    /// The kind of the newest message: clients translate its preview by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message_content_type: Option<MessageContentType>,
    /// The change to the conversation, where the newest message is a system message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message_system: Option<SystemMessage>,
    /// When the newest message was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message_at: Option<Timestamp>,
    /// The sender of the newest message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message_sender_id: Option<String>,
    /// The caller's unread messages by the caller's id, as in `my`.
    pub unread_count: Map<String, Value>,
    /// Its settings: all of them in a group; in a direct conversation how long messages stay, and the clients' own, where they
    /// were set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<ConversationSettings>,
    /// Group in which the messages of a channel are talked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linked_group_id: Option<String>,
    /// Community that a group belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community_id: Option<String>,
    /// Whether anybody may find and join it.
    pub is_public: bool,
    /// Category it is listed under when public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Words it is found by when public.
    pub tags: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its details last changed; a new message doesn't count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// The caller's own settings and state in it.
    pub my: MyMembershipView,
}

/// The caller's own side of a conversation.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MyMembershipView {
    /// The caller's role.
    pub role: ConversationMemberRole,
    /// Whether notifications are off.
    pub is_muted: bool,
    /// When they come back by themselves; absent where they aren't off, or are off for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<Timestamp>,
    /// Whether it stands at the top of the list.
    pub is_pinned: bool,
    /// Whether it was put away.
    pub is_archived: bool,
    /// Whether a stranger began it, or brought the caller in, and the caller neither answered nor accepted it yet.
    pub is_request: bool,
    /// Whether the caller marked it as unread by hand, and hasn't read it since.
    pub is_marked_unread: bool,
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

/// One conversation, with the people it names.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct OneConversationView {
    /// The conversation.
    #[serde(flatten)]
    pub conversation: ConversationView,
    /// The people it names.
    #[serde(flatten)]
    pub users: UsersView,
}

/// The parts of a conversation that a member sees beside its row.
#[derive(Debug)]
pub struct Sight<'a> {
    /// Their membership.
    pub me: &'a ConversationMember,
    /// The members whose ids are shown.
    pub shown: ShownMembers,
    /// Their unread messages.
    pub unread: Unread,
    /// The newest message of those in their history.
    pub newest: Option<&'a Message>,
    /// The people it names, as they see them, with its picture.
    pub people: &'a People,
    /// When it is seen.
    pub now: Timestamp,
}

impl<'a> Sight<'a> {
    /// The newest message, if it is for them to see.
    fn preview(&self) -> Option<&'a Message> {
        self.newest.filter(|message| {
            message.stands(self.now) && !self.people.is_hidden(&message.sender_id)
        })
    }

    fn peer(&self, kind: ConversationKind) -> Option<UserSummaryView> {
        let is_direct = kind == ConversationKind::Direct;
        let peer = self.shown.peer_of(&self.me.user_id).filter(|_| is_direct);
        peer.map(|peer| self.people.summary(peer))
    }
}

impl ConversationView {
    /// The conversation as a member sees it.
    pub fn new(of: Conversation, sight: Sight<'_>) -> Self {
        let me = sight.me;
        let mine = |set: bool| Vec::from_iter(set.then(|| me.user_id.clone()));
        let unread_count = Map::from_iter([(me.user_id.clone(), json!(sight.unread.count))]);
        let newest = sight.preview();
        let settings = shown_settings(&of);
        let creator_id = match is_reader(&of, me.role) {
            true => of.id.clone(),
            false => of.creator_id,
        };
        ConversationView {
            peer: sight.peer(of.kind),
            last_message_id: newest.map(|message| message.id.clone()),
            last_message_text: newest.and_then(|message| message.plain_text.clone()),
            last_message_content_type: newest.map(|message| message.content_type),
            last_message_system: newest.and_then(SystemMessage::of),
            last_message_at: newest.and_then(|message| message.created_at),
            last_message_sender_id: newest.map(|message| message.sender_id.clone()),
            id: of.id,
            kind: of.kind,
            name: of.name,
            description: of.description,
            avatar_url: of.avatar_url,
            avatar: sight.people.file(of.avatar_file_id.as_deref()),
            avatar_file_id: of.avatar_file_id,
            creator_id,
            participant_count: of.participant_count,
            max_participants: of.max_participants,
            is_encrypted: of.is_encrypted,
            encryption_version: of.encryption_version,
            is_pinned: mine(me.is_pinned),
            is_muted: mine(me.is_muted_at(sight.now)),
            is_archived: mine(me.is_archived),
            unread_count,
            settings,
            linked_group_id: sight.shown.linked_group,
            community_id: sight.shown.community,
            is_public: of.is_public,
            category: of.category,
            tags: of.tags,
            created_at: of.created_at.unwrap_or_default(),
            updated_at: of.updated_at,
            my: MyMembershipView::new(me, sight.unread, sight.now),
            participant_ids: sight.shown.participants,
            admin_ids: sight.shown.admins,
            moderator_ids: sight.shown.moderators,
        }
    }
}

/// The settings that members are shown.
fn shown_settings(of: &Conversation) -> Option<ConversationSettings> {
    let set = of.own_settings();
    match of.kind {
        ConversationKind::Direct | ConversationKind::Broadcast => {
            let shown = ConversationSettings {
                message_timer_seconds: set.message_timer_seconds,
                custom: set.custom,
                ..ConversationSettings::default()
            };
            (shown != ConversationSettings::default()).then_some(shown)
        }
        _ => Some(set.filled()),
    }
}

impl MyMembershipView {
    /// The membership `me` with its unread messages counted, as it is at this time.
    pub fn new(me: &ConversationMember, unread: Unread, now: Timestamp) -> Self {
        let is_muted = me.is_muted_at(now);
        MyMembershipView {
            role: me.role,
            is_muted,
            muted_until: me.muted_until.filter(|_| is_muted),
            is_marked_unread: me.is_marked_unread,
            is_pinned: me.is_pinned,
            is_archived: me.is_archived,
            is_request: me.is_request,
            joined_at: me.joined_at,
            last_read_at: me.last_read_at,
            last_read_message_id: me.last_read_message_id.clone(),
            unread_count: unread.count,
            unread_capped: unread.capped,
        }
    }
}
