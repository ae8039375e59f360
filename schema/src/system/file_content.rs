//! Bytes of files, in chunks, and contents whose chunks are to go.

use crate::{Collection, Column, Ephemeral, Timestamp};

/// A content that is whole: a user's files with the same bytes share it.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "fileContents",
    name = "Contents of files",
    system
)]
#[access(server = "It is there to keep the same bytes once.")]
#[retention(with = "files", job = "media-expiry")]
#[index(unique idx_user_hash(user_id, sha256))]
pub struct FileContent {
    /// Id of the document, and of the upload that brought it.
    pub id: String,
    /// User whose files have it.
    #[attr(size = 36)]
    pub user_id: String,
    /// SHA-256 of the bytes, hexadecimal.
    #[attr(size = 64)]
    pub sha256: String,
    /// Size in bytes.
    #[attr(min = 1)]
    pub size: i64,
    /// Number of files that have it.
    #[attr(min = 1)]
    pub uses: i64,
}

/// A part of a content. All but the last have the same length.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "fileChunks",
    name = "Chunks of files",
    system
)]
#[access(server = "Its readers are those of the file.")]
#[retention(with = "files", job = "media-expiry")]
#[index(unique idx_content_number(content_id, number))]
pub struct FileChunk {
    /// Id of the document: a hash of content and number.
    pub id: String,
    /// Content it belongs to.
    #[attr(size = 36)]
    pub content_id: String,
    /// Its place, from 0.
    #[attr(min = 0)]
    pub number: i64,
    /// The bytes.
    #[attr(bytes = 262_144)]
    pub bytes: Vec<u8>,
}

impl FileChunk {
    /// Length of all chunks of a content but the last, in bytes: 256 KiB. In one commit it holds the lock of SQLite for 4 ms.
    pub const LENGTH: usize = 256 * 1024;
}

/// A content that no file has any more, nor an upload: its chunks are to go, bit by bit.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "fileRemovals",
    name = "Removals of contents",
    system
)]
#[access(server = "Only the job that removes the chunks reads it.")]
#[retention(until(due_at), job = "media-expiry")]
#[index(idx_due(due_at))]
pub struct FileRemoval {
    /// Id of the content.
    pub id: String,
    /// When its chunks are to go: at once.
    pub due_at: Timestamp,
}

impl Ephemeral for FileRemoval {
    const ENDS: Column<FileRemoval> = FileRemoval::DUE_AT;

    fn ends_at(&self) -> Option<Timestamp> {
        Some(self.due_at)
    }
}
