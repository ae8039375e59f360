//! Messages that are pinned in their conversations.

use crate::{Collection, Timestamp};

/// The pin of a message. Each has a place in its conversation, which is taken once: so there are never more than the places.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "messagePins",
    name = "Pinned messages",
    system
)]
#[access(
    server = "Its readers are all members of the conversation; a member who leaves must read it no more."
)]
#[retention(with = "messages", job = "message-expiry")]
#[index(unique idx_conversation_place(conversation_id, place))]
#[index(idx_conversation(conversation_id))]
pub struct MessagePin {
    /// Id of the document: that of the message.
    pub id: String,
    /// Conversation of the message.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// Its place among the pinned messages, from 0; no order.
    #[attr(min = 0)]
    pub place: i64,
    /// User who pinned it.
    #[attr(size = 36)]
    pub pinned_by: String,
    /// When they did.
    pub pinned_at: Timestamp,
}
