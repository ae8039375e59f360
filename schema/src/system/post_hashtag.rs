//! Posts by hashtag.

use crate::{Collection, Timestamp};

/// A hashtag of a post: the element of its list `hashtags` to look it up by.
///
/// A server of Appwrite's can't index the elements of a list, nor can SQLite: here they are rows.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "postHashtags",
    name = "Post hashtags",
    system
)]
#[access(server = "It is there to look posts up, also those that not everybody may see.")]
#[retention(forever = "Part of a post, as long as that.")]
#[index(unique idx_post_hashtag(post_id, hashtag))]
#[index(idx_hashtag_time(hashtag, created_at desc))]
pub struct PostHashtag {
    /// Id of the document: a hash of the two.
    pub id: String,
    /// Post that has it.
    #[attr(size = 36)]
    pub post_id: String,
    /// The hashtag, as the post has it.
    #[attr(size = 50)]
    pub hashtag: String,
    /// When the post was made.
    pub created_at: Timestamp,
}
