//! Room that users' files take.

use super::FileBucket;
use crate::Collection;

/// The room that a user's files take altogether, so that it is held to a limit without counting.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "fileBooks",
    name = "Room of users' files",
    system
)]
#[access(readers(id))]
#[retention(forever = "One for each user who has uploaded a file, as long as the account.")]
pub struct FileBook {
    /// Id of the document: the user's id.
    pub id: String,
    /// Bytes of their files, and of uploads as they were declared.
    #[attr(min = 0)]
    pub bytes: i64,
    /// Number of uploads that aren't over.
    #[attr(min = 0)]
    pub uploading: i64,
}

/// The room that a user's files take in a bucket.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "fileUsages",
    name = "Room of users' files by bucket",
    system
)]
#[access(readers(user_id))]
#[retention(
    forever = "One for each user and bucket in which they uploaded a file, as long as the account."
)]
#[index(idx_user(user_id))]
pub struct FileUsage {
    /// Id of the document: a hash of user and bucket.
    pub id: String,
    /// User whose files they are.
    #[attr(size = 36)]
    pub user_id: String,
    /// The bucket.
    pub bucket: FileBucket,
    /// Number of files, uploads included.
    #[attr(min = 0)]
    pub files: i64,
    /// Bytes of them, of uploads as they were declared.
    #[attr(min = 0)]
    pub bytes: i64,
}
