//! Incoming webhooks: addresses with a secret, at which programs post into conversations.

use crate::{Collection, Timestamp};

/// An address with a secret: a post to it becomes a message of the conversation.
///
/// It belongs to the conversation, and outlasts the membership of the one who made it.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "incomingWebhooks",
    name = "Incoming webhooks",
    system
)]
#[access(server = "Only the members who run the conversation see it; it holds a secret's hash.")]
#[retention(forever = "At most ten in a conversation, until a member deletes them.")]
#[index(unique idx_conversation_place(conversation_id, place))]
pub struct IncomingWebhook {
    /// Id of the document, a part of the address.
    pub id: String,
    /// Conversation that it posts into.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// Its place among the conversation's, from 0: each is taken once, which bounds them.
    #[attr(min = 0, max = 9)]
    pub place: i64,
    /// User in whose name its messages are sent: a profile of its own, without an account.
    #[attr(size = 36)]
    pub user_id: String,
    /// Name of its messages' sender, unless a message brings its own.
    #[attr(size = 80, text = Name)]
    pub name: String,
    /// Where the picture of its messages' sender is served.
    #[attr(url)]
    pub avatar_url: Option<String>,
    /// SHA-256 of the secret in its address, hexadecimal.
    #[attr(size = 64)]
    pub secret_hash: String,
    /// Member who made it.
    #[attr(size = 36)]
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its name, its picture or its secret last changed.
    pub updated_at: Timestamp,
}
