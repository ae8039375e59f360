//! Signs that users are writing right now.

use crate::{Collection, Timestamp};

/// A sign that a user is writing. It is void once expired, whether or not it has been swept.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "mainDB",
    id = "typingIndicators",
    name = "TypingIndicators"
)]
#[access(server = "Its readers are all members of the conversation, and it is void once expired.")]
#[retention(until(expires_at), job = "retention")]
#[index(idx_conversation_typing(conversation_id, is_typing))]
#[index(idx_expires(expires_at))]
#[index(own idx_conversation_expires(conversation_id, expires_at))]
pub struct TypingIndicator {
    /// Id of the document.
    pub id: String,
    /// Conversation being written in.
    #[attr(size = 256)]
    pub conversation_id: String,
    /// User who writes.
    #[attr(size = 256)]
    pub user_id: String,
    /// Whether they still do.
    #[attr(required, default = true)]
    pub is_typing: bool,
    /// When the sign is void, a few seconds after the last key.
    pub expires_at: Timestamp,
}
