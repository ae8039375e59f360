//! Polls.

use crate::{Collection, Timestamp};

/// A question with options, and how many chose each.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "contentDB", id = "polls", name = "Polls")]
#[access(
    server = "Its readers are all members of the conversation, and the voters' choices may be nobody's to see."
)]
#[retention(forever = "Part of a message, as long as that.")]
#[index(idx_conversationId(conversation_id))]
#[index(idx_creatorId(creator_id))]
pub struct Poll {
    /// Id of the document.
    pub id: String,
    /// User who asks.
    #[attr(size = 256)]
    pub creator_id: String,
    /// Conversation it is asked in; none if in a post.
    #[attr(size = 256)]
    pub conversation_id: Option<String>,
    /// Message that shows it.
    #[attr(size = 256)]
    pub message_id: Option<String>,
    /// The question.
    #[attr(size = 500, text = Words)]
    pub question: String,
    /// The options to choose from: a JSON array of 2 to 12 texts.
    #[attr(size = 5000)]
    pub options: String,
    /// Votes: a JSON object from option to number, and to user ids up to the cap unless anonymous.
    #[attr(size = 10000, stored = 16383)]
    pub votes: Option<String>,
    /// Number of users who voted.
    #[attr(default = 0)]
    pub total_votes: i64,
    /// Whether a user may choose more than one option.
    #[attr(default = false)]
    pub allow_multiple: bool,
    /// Whether it is anonymous: no user sees the choices of others.
    #[attr(default = false)]
    pub is_anonymous: bool,
    /// When voting ends; none if it doesn't.
    pub expires_at: Option<Timestamp>,
    /// When it was asked.
    pub created_at: Option<Timestamp>,
}
