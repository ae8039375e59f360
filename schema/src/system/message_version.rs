//! Earlier words of messages.

use crate::{Collection, Timestamp};

/// The words of a message before an edit, for moderators of its conversation.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "messageVersions",
    name = "Versions of messages",
    system
)]
#[access(server = "Only moderators of the conversation may read it.")]
#[retention(days(replaced_at) = 30, job = "retention")]
#[retention(with = "messages", job = "message-expiry")]
#[index(unique idx_message(message_id, number))]
pub struct MessageVersion {
    /// Id of the document: a hash of message and number, so that of two edits at once one is the second.
    pub id: String,
    /// Message whose words they were.
    #[attr(size = 36)]
    pub message_id: String,
    /// Conversation it belongs to.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// Counts the versions of the message that are there, from 1.
    #[attr(min = 1)]
    pub number: i64,
    /// The words, or the ciphertext when the conversation is encrypted.
    #[attr(size = 10000, stored = 16383, text = Words)]
    pub content: String,
    /// Users that were mentioned.
    #[attr(size = 256)]
    pub mentions: Vec<String>,
    /// Addresses that were found in it.
    #[attr(size = 1000)]
    pub links: Vec<String>,
    /// When these words were written.
    pub written_at: Timestamp,
    /// When an edit replaced them.
    pub replaced_at: Timestamp,
}
