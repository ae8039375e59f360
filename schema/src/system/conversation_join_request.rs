//! Requests to join conversations.

use crate::{Collection, Column, Ephemeral, Timestamp, choices};

choices! {
    /// The outcome of a request to join.
    pub enum JoinRequestStatus {
        /// It waits for an answer.
        Pending = "pending",
        /// It was declined. The one who asked isn't told, and can't ask again while it lasts.
        Declined = "declined",
        /// The one who asked took it back after it was declined. It stays declined if they ask again.
        Withdrawn = "withdrawn",
    }
}

/// A user's request to join a conversation where newcomers wait for approval. One that is approved is gone.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "conversationJoinRequests",
    name = "Requests to join conversations",
    system
)]
#[access(server = "The one who asked isn't told that it was declined.")]
#[retention(until(expires_at), job = "retention")]
#[index(idx_conversation_status(conversation_id, status, created_at))]
#[index(idx_user(user_id, created_at))]
#[index(idx_expires(expires_at))]
pub struct ConversationJoinRequest {
    /// Id of the document: a hash of conversation and user.
    pub id: String,
    /// Conversation they want to join.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// User who asked.
    #[attr(size = 36)]
    pub user_id: String,
    /// The outcome of it.
    #[attr(default = JoinRequestStatus::Pending)]
    pub status: JoinRequestStatus,
    /// Invitation they came by; none if they found the conversation in the directory.
    #[attr(size = 36)]
    pub invitation_id: Option<String>,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl ConversationJoinRequest {
    /// How long one waits for an answer, in milliseconds: 30 days.
    pub const LIFETIME: i64 = 30 * 24 * 60 * 60 * 1000;
    /// How long one that was declined rests before they can ask again, in milliseconds: 7 days.
    pub const REST: i64 = 7 * 24 * 60 * 60 * 1000;
}

impl Ephemeral for ConversationJoinRequest {
    const ENDS: Column<ConversationJoinRequest> = ConversationJoinRequest::EXPIRES_AT;
    const LONGEST: Option<i64> = Some(ConversationJoinRequest::LIFETIME);

    fn ends_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}
