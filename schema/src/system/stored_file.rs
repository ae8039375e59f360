//! Files of users: their rows, beside the bytes.

use crate::{Collection, Column, Ephemeral, Timestamp, choices};

choices! {
    /// The place of a file, which decides what it may be and how large.
    pub enum FileBucket {
        /// Pictures of people and conversations.
        Avatars = "avatars",
        /// Wide pictures of profiles.
        Covers = "covers",
        /// Attachments of messages.
        Messages = "messages",
        /// Pictures, films and recordings of stories.
        Stories = "stories",
        /// Pictures and films of posts.
        Posts = "posts",
        /// Pictures of tokens.
        Nfts = "nfts",
        /// Pictures of stickers.
        Stickers = "stickers",
        /// Data of filters.
        Filters = "filters",
        /// Pictures that move.
        Gifs = "gifs",
        /// Voice messages.
        Voice = "voice",
        /// Films.
        Video = "video",
        /// Documents.
        Documents = "documents",
    }
}

/// A file that a user uploads, or has uploaded.
///
/// Its bytes are chunks of `fileChunks`, under the id of its content: a user's files of the same content share them.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "systemDB", id = "files", name = "Files", system)]
#[access(
    server = "Its readers follow from the documents that hold it, and the moment; it holds the state of a hash."
)]
#[retention(until(ends_at), job = "media-expiry")]
#[retention(forever = "As long as a document holds it.")]
#[index(idx_user_bucket(user_id, bucket))]
#[index(idx_user_completed(user_id, completed_at))]
#[index(idx_ends(ends_at))]
pub struct StoredFile {
    /// Id of the document.
    pub id: String,
    /// User whose file it is.
    #[attr(size = 36)]
    pub user_id: String,
    /// Its place.
    pub bucket: FileBucket,
    /// Name it had on the device.
    #[attr(size = 256, text = Name)]
    pub name: String,
    /// Media type: the declared one, until the first bytes have told it.
    #[attr(size = 100)]
    pub mime_type: String,
    /// Size in bytes.
    #[attr(min = 1)]
    pub size: i64,
    /// SHA-256 of the bytes, hexadecimal: the declared one, if any, until the file is whole.
    #[attr(size = 64)]
    pub sha256: Option<String>,
    /// Number of bytes that are kept, from the first one.
    #[attr(min = 0)]
    pub received: i64,
    /// Number of requests that took the upload up: the bytes of an earlier one aren't taken any more.
    #[attr(default = 0, min = 0)]
    pub turn: i64,
    /// State of the hash over these bytes; none before the first, and once the file is whole.
    #[attr(bytes = 256)]
    pub hash_state: Option<Vec<u8>>,
    /// Id of its content, under which the chunks are.
    #[attr(size = 36)]
    pub content_id: String,
    /// Whether browsers may show it where it is served, and not just save it: by its type, and as nothing in it looks like a page.
    #[attr(default = false)]
    pub is_inline: bool,
    /// When the upload was begun.
    pub created_at: Timestamp,
    /// When the last byte came; none while it is uploading.
    pub completed_at: Option<Timestamp>,
    /// When its owner gave it up, while others' documents hold it: to its owner it isn't there any more.
    pub removed_at: Option<Timestamp>,
    /// When it goes, unless a document holds it then: an upload a day after it was begun, a file a day after the last document let go of it.
    pub ends_at: Option<Timestamp>,
}

impl StoredFile {
    /// How long an upload may take, and how long a file stays that nothing holds, in milliseconds: a day.
    pub const KEPT: i64 = 24 * 60 * 60 * 1000;

    /// Whether all of its bytes are there.
    pub fn is_whole(&self) -> bool {
        self.completed_at.is_some()
    }

    /// Whether it is there for this user as its owner: they didn't give it up, and an upload's time isn't over.
    pub fn is_of(&self, user: &str, now: Timestamp) -> bool {
        let is_there = self.is_whole() || self.lasts(now);
        self.user_id == user && self.removed_at.is_none() && is_there
    }
}

impl Ephemeral for StoredFile {
    const ENDS: Column<StoredFile> = StoredFile::ENDS_AT;
    const LONGEST: Option<i64> = Some(StoredFile::KEPT);

    fn ends_at(&self) -> Option<Timestamp> {
        self.ends_at
    }
}
