//! Messages that were answered.

use crate::{Collection, Timestamp};

/// How many answers a message has. A row of its own, beside the message: those who answer only add to a number.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "messageThreads",
    name = "Threads of messages",
    system
)]
#[access(
    server = "Its readers are all members of the conversation; a member who leaves must read it no more."
)]
#[retention(with = "messages", job = "message-expiry")]
pub struct MessageThread {
    /// Id of the document: that of the message.
    pub id: String,
    /// Conversation of the message.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// How many messages answer it.
    #[attr(min = 0)]
    pub reply_count: i64,
    /// When the newest one was sent.
    pub last_reply_at: Timestamp,
}
