//! Openings of messages that can be viewed once.

use crate::{Collection, Column, Ephemeral, Timestamp};

/// A user's opening of a message that can be viewed once: they don't see its content again. The id is a hash of the two ids.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "messageOpenings",
    name = "Openings of messages",
    system
)]
#[access(server = "Its readers are the user, and the sender of the message.")]
#[retention(with = "messages", job = "message-expiry")]
#[index(idx_message(message_id))]
pub struct MessageOpening {
    /// Id of the document: a hash of message and user.
    pub id: String,
    /// Message that was opened.
    #[attr(size = 36)]
    pub message_id: String,
    /// Conversation of the message.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// User who opened it.
    #[attr(size = 36)]
    pub user_id: String,
    /// When they did.
    pub opened_at: Timestamp,
}

/// A message that can be viewed once and was opened: its content goes when all have opened it, which is looked at after each
/// opening.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "openedMessages",
    name = "Messages that were opened",
    system
)]
#[access(server = "Only the job that removes contents reads it.")]
#[retention(until(due_at), job = "message-expiry")]
#[index(idx_due(due_at))]
pub struct OpenedMessage {
    /// Id of the message.
    pub id: String,
    /// Conversation it belongs to.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// When it is to be looked at: when the last opening is over.
    pub due_at: Timestamp,
}

impl Ephemeral for OpenedMessage {
    const ENDS: Column<OpenedMessage> = OpenedMessage::DUE_AT;

    fn ends_at(&self) -> Option<Timestamp> {
        Some(self.due_at)
    }
}
