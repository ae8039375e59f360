//! Mentions, by which the messages that mention a user are found.

use crate::{Collection, Column, Ephemeral, Timestamp};

/// A message's mention of a user, or of a group of members at once: one row for a group, however many belong to it.
///
/// It follows from its message, made again after each change.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "mentionEntries",
    name = "Mention entries",
    system
)]
#[access(server = "Its readers are all members of the conversation, more than a row can name.")]
#[retention(with = "messages", job = "search")]
#[index(idx_conversation_target(conversation_id, target, position))]
#[index(idx_message(message_id))]
#[index(idx_expires(expires_at))]
pub struct MentionEntry {
    /// Id of the document: a hash of message and target.
    pub id: String,
    /// Message that mentions them.
    #[attr(size = 36)]
    pub message_id: String,
    /// Conversation the message belongs to.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// Id of the user, or the group: `@all`, `@admins`.
    #[attr(size = 36)]
    pub target: String,
    /// Commit number of the message.
    pub position: i64,
    /// When the message disappears; none if it stays.
    pub expires_at: Option<Timestamp>,
}

impl Ephemeral for MentionEntry {
    const ENDS: Column<MentionEntry> = MentionEntry::EXPIRES_AT;

    fn ends_at(&self) -> Option<Timestamp> {
        self.expires_at
    }
}
