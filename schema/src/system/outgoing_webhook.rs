//! Outgoing webhooks: addresses of programs that are told of events of conversations.

use crate::{Collection, Timestamp, choices};

choices! {
    /// Whether events are sent to a webhook.
    pub enum OutgoingWebhookStatus {
        /// They are.
        Active = "active",
        /// The server switched it off: every attempt of a week had failed, or the receiver said that it is gone.
        Disabled = "disabled",
    }
}

choices! {
    /// An event of a conversation that webhooks are told of.
    pub enum WebhookEvent {
        /// A message was sent.
        MessageCreated = "message.created",
        /// A message was edited.
        MessageEdited = "message.edited",
        /// A message was deleted for all.
        MessageDeleted = "message.deleted",
        /// A reaction to a message was set.
        ReactionAdded = "reaction.added",
        /// A reaction to a message was taken back.
        ReactionRemoved = "reaction.removed",
        /// Somebody joined.
        MemberJoined = "member.joined",
        /// Somebody left, or was sent away.
        MemberLeft = "member.left",
        /// Name, description, picture or settings changed.
        ConversationUpdated = "conversation.updated",
    }
}

/// An address that is told of events of a conversation (Standard Webhooks).
///
/// It belongs to the conversation, and outlasts the membership of the one who made it.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "outgoingWebhooks",
    name = "Outgoing webhooks",
    system
)]
#[access(server = "Only the members who run the conversation see it; it holds secrets.")]
#[retention(forever = "At most ten in a conversation, until a member deletes them.")]
#[index(unique idx_conversation_place(conversation_id, place))]
#[index(idx_conversation_status(conversation_id, status))]
pub struct OutgoingWebhook {
    /// Id of the document.
    pub id: String,
    /// Conversation whose events it is told of.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// Its place among the conversation's, from 0: each is taken once, which bounds them.
    #[attr(min = 0, max = 9)]
    pub place: i64,
    /// Name for the members who run the conversation.
    #[attr(size = 80, text = Name)]
    pub name: String,
    /// Where events are sent. It may hold a secret of the receiver's: it is never logged.
    #[attr(size = 1000)]
    pub url: String,
    /// The events that it is told of.
    #[attr(size = 40)]
    pub events: Vec<String>,
    /// The secret that signs, sealed by the server's key.
    #[attr(size = 200)]
    pub secret: String,
    /// The secret before it, sealed; it signs too for a while.
    #[attr(size = 200)]
    pub former_secret: Option<String>,
    /// Until when the former secret signs.
    pub former_until: Option<Timestamp>,
    /// Commit number of the event of its creation; none until that was read. It is told of later events alone.
    pub position: Option<i64>,
    /// Whether events are sent.
    #[attr(default = OutgoingWebhookStatus::Active)]
    pub status: OutgoingWebhookStatus,
    /// Since when every attempt has failed; none after a success.
    pub failing_since: Option<Timestamp>,
    /// When the server switched it off.
    pub disabled_at: Option<Timestamp>,
    /// Member who made it.
    #[attr(size = 36)]
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When a member, or the server by switching it off, last changed it.
    pub updated_at: Timestamp,
}
