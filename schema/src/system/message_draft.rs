//! Messages that somebody has begun to write.

use crate::{Collection, Column, Ephemeral, Timestamp};

/// A message that a user has begun to write in a conversation: one for each of the two, the same on every device of
/// theirs, and nobody else's to see. The id is a hash of the two ids.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "messageDrafts",
    name = "Drafts of messages",
    system
)]
#[access(readers(user_id))]
#[retention(until(expires_at), job = "retention")]
#[index(idx_user(user_id, updated_at))]
#[index(idx_expires(expires_at))]
pub struct MessageDraft {
    /// Id of the document: a hash of conversation and user.
    pub id: String,
    /// User who writes it.
    #[attr(size = 36)]
    pub user_id: String,
    /// Conversation it is meant for.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// The words so far, or a ciphertext of the client's.
    #[attr(size = 10000, stored = 16383, text = Words)]
    pub content: String,
    /// Message of the conversation that it will answer.
    #[attr(size = 36)]
    pub reply_to_message_id: Option<String>,
    /// The client's own values with it: a JSON object.
    #[attr(size = 4000)]
    pub custom: Option<String>,
    /// When it was saved last.
    pub updated_at: Timestamp,
    /// When it goes, if it isn't saved again.
    pub expires_at: Timestamp,
}

impl MessageDraft {
    /// How long one stays after it was saved, in milliseconds: 365 days.
    pub const LIFETIME: i64 = 365 * 24 * 60 * 60 * 1000;
}

impl Ephemeral for MessageDraft {
    const ENDS: Column<MessageDraft> = MessageDraft::EXPIRES_AT;
    const LONGEST: Option<i64> = Some(MessageDraft::LIFETIME);

    fn ends_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}
