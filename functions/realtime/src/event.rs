//! The events that streams carry.

mod views;

use serde::Serialize;
use serde_json::{Map, Value};
use whisper_schema::Timestamp;
use whisper_views::conversations::ConversationView;

pub use views::{
    AnsweredView, BlockChangedView, ContactRequestChangedView, ContactRequestState,
    ContactsChangedView, ConversationChangedView, ConversationClearedView, ConversationPartView,
    ConversationRemovedView, DraftChangedView, FoldersChangedView, FollowChangedView,
    MessageChangedView, MessageCreatedView, MessageRemovedView, NothingMore,
    NotificationCreatedView, NotificationsChangedView, PeopleView, PinsChangedView,
    PresenceToldView, ReceiptMovedView, ScheduledMessageChangedView, StoryPlaceView,
    StoryPostedView, StoryReactedView, StreamView, TypingToldView, XpEarnedView,
};

/// The reason for which a conversation is no longer one of the user's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Departure {
    /// They left it.
    Left,
    /// They were sent away.
    Removed,
    /// They deleted it for themselves, until something is written there again.
    Deleted,
}

/// How far messages got to a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReceiptKind {
    /// They are on a device.
    Delivered,
    /// They were read.
    Read,
}

/// The reason for which a stream starts anew, or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StreamEnd {
    /// The place is too old, or too much has happened since: read again what is shown, and go on from here.
    Reset,
    /// It has lasted long enough: open another one, which goes on where this one ended.
    Renew,
    /// The session was signed out, or the account can't be used any more.
    SignedOut,
    /// The user opened more streams than they may have.
    TooMany,
    /// The server is stopping: open another one soon.
    Stopping,
}

/// An event with its place.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EventView {
    /// Its place: a client that comes back names the newest that it has, and hears of everything behind it. The same event always has the
    /// same. Absent where nothing is said again later, as with typing and presence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// When it happened.
    pub at: Timestamp,
    /// The happening.
    #[serde(flatten)]
    pub what: What,
}

/// A happening, by its `type`.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[cfg_attr(
    not(target_family = "wasm"),
    schemars(extend("discriminator" = serde_json::json!({"propertyName": "type"})))
)]
#[serde(tag = "type")]
pub enum What {
    /// The stream has begun; everything behind its `id` follows.
    #[serde(rename = "stream.ready")]
    StreamReady(NothingMore),
    /// Events were left out. Read again what is shown; the stream goes on behind its `id`.
    #[serde(rename = "stream.reset")]
    StreamReset(StreamView),
    /// The stream ends, and why.
    #[serde(rename = "stream.ended")]
    StreamEnded(StreamView),
    /// A message was sent.
    #[serde(rename = "message.created")]
    MessageCreated(MessageCreatedView),
    /// A message was edited, deleted for all, pinned, reacted to, voted in, starred or opened: the parts of it that are other now.
    #[serde(rename = "message.changed")]
    MessageChanged(MessageChangedView),
    /// A message is gone: it has ended, or the user deleted it for themselves, now or before. Their client needn't have it.
    #[serde(rename = "message.removed")]
    MessageRemoved(MessageRemovedView),
    /// A member received or read messages, up to this one.
    #[serde(rename = "receipt")]
    Receipt(ReceiptMovedView),
    /// The user has a conversation that they hadn't before, or has one again that they had deleted for themselves.
    #[serde(rename = "conversation.added")]
    ConversationAdded(ConversationPartView),
    /// The user's own side of a conversation changed, on this device or another: read, muted, pinned, archived, cleared.
    #[serde(rename = "conversation.mine")]
    ConversationMine(ConversationPartView),
    /// The user's pinned conversations, or their order, changed.
    #[serde(rename = "pinned_conversations.changed")]
    PinsChanged(PinsChangedView),
    /// The user cleared a conversation: the messages up to this one are gone for them.
    #[serde(rename = "conversation.cleared")]
    ConversationCleared(ConversationClearedView),
    /// A conversation changed for all its members.
    #[serde(rename = "conversation.changed")]
    ConversationChanged(ConversationChangedView),
    /// A conversation is no longer one of the user's.
    #[serde(rename = "conversation.removed")]
    ConversationRemoved(ConversationRemovedView),
    /// A notification was added to the inbox.
    #[serde(rename = "notification.created")]
    NotificationCreated(NotificationCreatedView),
    /// The user read or cleared notifications, on this device or another.
    #[serde(rename = "notifications.changed")]
    NotificationsChanged(NotificationsChangedView),
    /// Somebody whose stories the user sees posted one.
    #[serde(rename = "story.posted")]
    StoryPosted(StoryPostedView),
    /// A story was deleted.
    #[serde(rename = "story.deleted")]
    StoryDeleted(StoryPlaceView),
    /// Somebody reacted to a story of the user's.
    #[serde(rename = "story.reacted")]
    StoryReacted(StoryReactedView),
    /// Somebody follows the user, or the user follows somebody.
    #[serde(rename = "follow.created")]
    FollowCreated(FollowChangedView),
    /// And no longer.
    #[serde(rename = "follow.removed")]
    FollowRemoved(FollowChangedView),
    /// A request to be contacts was sent, withdrawn, accepted or declined.
    #[serde(rename = "contact_request.changed")]
    ContactRequestChanged(ContactRequestChangedView),
    /// The user's contacts changed, on this device or another.
    #[serde(rename = "contacts.changed")]
    ContactsChanged(ContactsChangedView),
    /// The user blocked somebody, or took that back.
    #[serde(rename = "block.changed")]
    BlockChanged(BlockChangedView),
    /// A draft of the user's was saved or discarded.
    #[serde(rename = "draft.changed")]
    DraftChanged(DraftChangedView),
    /// The user's folders changed.
    #[serde(rename = "folders.changed")]
    FoldersChanged(FoldersChangedView),
    /// A scheduled message of the user's was made, changed, sent or given up.
    #[serde(rename = "scheduled_message.changed")]
    ScheduledMessageChanged(ScheduledMessageChangedView),
    /// The user's profile or settings changed.
    #[serde(rename = "profile.changed")]
    ProfileChanged(PeopleView),
    /// Somebody writes in a conversation, or no longer. It has no place, and is not told again.
    #[serde(rename = "typing")]
    Typing(TypingToldView),
    /// Somebody whom the user watches is there, or no longer. It has no place, and is not told again.
    #[serde(rename = "presence")]
    Presence(PresenceToldView),
    /// The user earned points. New levels and badges come as notifications besides.
    #[serde(rename = "xp.earned")]
    XpEarned(XpEarnedView),
    /// The user signed in somewhere, or a session of theirs ended.
    #[serde(rename = "sessions.changed")]
    SessionsChanged(NothingMore),
}

impl What {
    /// Its `type`, for the line `event:`.
    pub fn kind(&self) -> &'static str {
        match self {
            What::StreamReady(_) => "stream.ready",
            What::StreamReset(_) => "stream.reset",
            What::StreamEnded(_) => "stream.ended",
            What::MessageCreated(_) => "message.created",
            What::MessageChanged(_) => "message.changed",
            What::MessageRemoved(_) => "message.removed",
            What::Receipt(_) => "receipt",
            What::ConversationAdded(_) => "conversation.added",
            What::ConversationMine(_) => "conversation.mine",
            What::ConversationCleared(_) => "conversation.cleared",
            What::PinsChanged(_) => "pinned_conversations.changed",
            What::ConversationChanged(_) => "conversation.changed",
            What::ConversationRemoved(_) => "conversation.removed",
            What::NotificationCreated(_) => "notification.created",
            What::NotificationsChanged(_) => "notifications.changed",
            What::StoryPosted(_) => "story.posted",
            What::StoryDeleted(_) => "story.deleted",
            What::StoryReacted(_) => "story.reacted",
            What::FollowCreated(_) => "follow.created",
            What::FollowRemoved(_) => "follow.removed",
            What::ContactRequestChanged(_) => "contact_request.changed",
            What::ContactsChanged(_) => "contacts.changed",
            What::BlockChanged(_) => "block.changed",
            What::DraftChanged(_) => "draft.changed",
            What::FoldersChanged(_) => "folders.changed",
            What::ScheduledMessageChanged(_) => "scheduled_message.changed",
            What::ProfileChanged(_) => "profile.changed",
            What::SessionsChanged(_) => "sessions.changed",
            What::XpEarned(_) => "xp.earned",
            What::Typing(_) => "typing",
            What::Presence(_) => "presence",
        }
    }
}

/// The fields of a conversation that are alike for all members of a role. A field that the view leaves out is null here.
pub fn common_fields(view: &ConversationView) -> Map<String, Value> {
    const COMMON: [&str; 17] = [
        "name",
        "description",
        "avatarUrl",
        "avatarFileId",
        "creatorId",
        "participantIds",
        "adminIds",
        "moderatorIds",
        "participantCount",
        "maxParticipants",
        "settings",
        "linkedGroupId",
        "communityId",
        "isPublic",
        "category",
        "tags",
        "updatedAt",
    ];
    let mut fields = object(view);
    let told = COMMON.map(|key| {
        let value = fields.remove(key).unwrap_or_default();
        (key.to_owned(), value)
    });
    told.into_iter().collect()
}

/// A view as the object that it is on the wire.
pub fn object(view: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(view) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    }
}
