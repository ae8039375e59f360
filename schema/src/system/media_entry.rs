//! The media, files and links of conversations, by kind.

use crate::{Collection, Column, Ephemeral, Timestamp, choices};

choices! {
    /// The kinds of things that messages carry.
    pub enum MediaKind {
        /// Pictures.
        Images = "images",
        /// Films.
        Videos = "videos",
        /// Moving pictures of the library.
        Gifs = "gifs",
        /// Music and other recordings.
        Audio = "audio",
        /// Voice messages.
        Voice = "voice",
        /// Files of any type.
        Files = "files",
        /// Addresses.
        Links = "links",
    }
}

/// A kind of media that a message carries: a picture with an address in its caption has two entries.
///
/// It follows from its message, made again after each change. The id is a hash of message and kind.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "mediaEntries",
    name = "Media entries",
    system
)]
#[access(server = "Its readers are all members of the conversation, more than a row can name.")]
#[retention(with = "messages", job = "search")]
#[index(idx_conversation_kind(conversation_id, kind, position))]
#[index(idx_expires(expires_at))]
pub struct MediaEntry {
    /// Id of the document: a hash of message and kind.
    pub id: String,
    /// Message that carries it.
    #[attr(size = 36)]
    pub message_id: String,
    /// Conversation the message belongs to.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// The kind.
    pub kind: MediaKind,
    /// Commit number of the message.
    pub position: i64,
    /// When the message disappears; none if it stays.
    pub expires_at: Option<Timestamp>,
}

impl Ephemeral for MediaEntry {
    const ENDS: Column<MediaEntry> = MediaEntry::EXPIRES_AT;

    fn ends_at(&self) -> Option<Timestamp> {
        self.expires_at
    }
}
