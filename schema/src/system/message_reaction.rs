//! Reactions to messages.

use crate::{Collection, Timestamp};

/// One reaction of a user to a message. The id is a hash of message, user and reaction; each has a place among the user's
/// reactions to the message, which is taken once: so there are never more than the places.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "messageReactions",
    name = "Message reactions",
    system
)]
#[access(
    server = "Its readers are all members of the conversation; a member who leaves must read it no more."
)]
#[retention(with = "messages", job = "message-expiry")]
#[index(unique idx_message_user_place(message_id, user_id, place))]
#[index(idx_message(message_id))]
#[index(idx_message_reaction(message_id, reaction))]
pub struct MessageReaction {
    /// Id of the document: a hash of message, user and reaction.
    pub id: String,
    /// Message reacted to.
    #[attr(size = 36)]
    pub message_id: String,
    /// Conversation of the message.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// User who reacted.
    #[attr(size = 36)]
    pub user_id: String,
    /// The emoji, or the id of a sticker.
    #[attr(size = 36)]
    pub reaction: String,
    /// Its place among the user's reactions to the message, from 0.
    #[attr(min = 0)]
    pub place: i64,
    /// When they reacted.
    pub created_at: Timestamp,
}

/// How many users have one reaction to a message. Rows of their own, so that a reaction only adds to a number, however many do
/// at once. There is none for a reaction that nobody has.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "messageReactionCounts",
    name = "Counts of message reactions",
    system
)]
#[access(
    server = "Its readers are all members of the conversation; a member who leaves must read it no more."
)]
#[retention(with = "messages", job = "message-expiry")]
#[index(idx_message_count(message_id, count desc))]
pub struct MessageReactionCount {
    /// Id of the document: a hash of message and reaction.
    pub id: String,
    /// Message reacted to.
    #[attr(size = 36)]
    pub message_id: String,
    /// The emoji, or the id of a sticker.
    #[attr(size = 36)]
    pub reaction: String,
    /// How many users have it.
    #[attr(min = 0)]
    pub count: i64,
}
