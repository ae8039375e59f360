//! Bans from conversations.

use crate::{Collection, Column, Ephemeral, Timestamp};

/// A user's ban from a conversation: they can neither be added nor join until it ends.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "conversationBans",
    name = "Bans from conversations",
    system
)]
#[access(server = "Only the members who run the conversation see it.")]
#[retention(until(ends_at), job = "retention")]
#[retention(forever = "A ban without an end, until it is lifted.")]
#[index(unique idx_conversation_user(conversation_id, user_id))]
#[index(idx_conversation(conversation_id))]
#[index(idx_user(user_id))]
#[index(idx_ends(ends_at))]
pub struct ConversationBan {
    /// Id of the document: a hash of conversation and user.
    pub id: String,
    /// Conversation it is about.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// User it is about.
    #[attr(size = 36)]
    pub user_id: String,
    /// Member who said so last.
    #[attr(size = 36)]
    pub banned_by: String,
    /// The reason, for the members who run the conversation.
    #[attr(size = 500, text = Words)]
    pub reason: Option<String>,
    /// When it ends; none if it lasts until it is lifted.
    pub ends_at: Option<Timestamp>,
    /// When it was said, or last changed.
    pub created_at: Timestamp,
}

impl Ephemeral for ConversationBan {
    const ENDS: Column<ConversationBan> = ConversationBan::ENDS_AT;

    fn ends_at(&self) -> Option<Timestamp> {
        self.ends_at
    }
}
