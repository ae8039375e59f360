//! Marks of users on messages.

use crate::{Collection, Timestamp, choices};

choices! {
    /// The meaning of a mark.
    pub enum MessageMarkKind {
        /// The user deleted the message for themselves: they see it no more.
        Deleted = "deleted",
        /// The user keeps the message among those they starred.
        Starred = "starred",
    }
}

/// A user's mark on a message, for themselves alone.
///
/// It is a row instead of an element of the message's `deletedFor`, so that no message grows with the number of people who
/// mark it. `ConversationMember::deleted_position` says whether a member has deleted anything at all.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "messageMarks",
    name = "Marks on messages",
    system
)]
#[access(readers(user_id))]
#[retention(with = "messages", job = "message-expiry")]
#[retention(forever = "The user's own, while the message is there.")]
#[index(idx_user_conversation(user_id, conversation_id, kind, position, message_id))]
#[index(idx_user_kind(user_id, kind))]
#[index(idx_message(message_id, kind))]
pub struct MessageMark {
    /// Id of the document: a hash of kind, user and message.
    pub id: String,
    /// User whose mark it is.
    #[attr(size = 36)]
    pub user_id: String,
    /// Message that is marked.
    #[attr(size = 36)]
    pub message_id: String,
    /// Conversation of the message.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// Its meaning.
    pub kind: MessageMarkKind,
    /// Commit number of the message: its place in the conversation.
    pub position: i64,
    /// When the user made it.
    pub created_at: Timestamp,
}
