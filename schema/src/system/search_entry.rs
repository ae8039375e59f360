//! The words that messages are found by.

use crate::main_db::MessageContentType;
use crate::{Collection, Column, Ephemeral, Timestamp};

/// The words of a message, as search finds them.
///
/// Only messages with words that the server can read have one. It follows from its message, made again after each change; a search
/// shows the message as it stands, never this. The id is the message's.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "searchEntries",
    name = "Search entries",
    system
)]
#[access(server = "Its readers are all members of the conversation, more than a row can name.")]
#[retention(with = "messages", job = "search")]
#[index(words idx_words(words, conversation_id, position))]
#[index(unique idx_position(position))]
#[index(idx_expires(expires_at))]
pub struct SearchEntry {
    /// Id of the message.
    pub id: String,
    /// Conversation the message belongs to.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// Commit number of the message.
    pub position: i64,
    /// User who sent it.
    #[attr(size = 36)]
    pub sender_id: String,
    /// The kind of its content; of a copy, the original's kind.
    pub kind: MessageContentType,
    /// Whether it has media.
    pub has_media: bool,
    /// Whether it has an address.
    pub has_link: bool,
    /// Its words in normal form, in their order, with a blank before each and behind the last.
    #[attr(size = 70000)]
    pub words: String,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it disappears; none if it stays.
    pub expires_at: Option<Timestamp>,
}

impl Ephemeral for SearchEntry {
    const ENDS: Column<SearchEntry> = SearchEntry::EXPIRES_AT;

    fn ends_at(&self) -> Option<Timestamp> {
        self.expires_at
    }
}
