//! Comments on posts.

use crate::{Collection, Timestamp};

/// A comment on a post, or an answer to one.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "socialDB", id = "comments", name = "Comments")]
#[access(readers(user_id))]
#[retention(forever = "Part of a post, as long as that.")]
#[index(idx_post_time(post_id, created_at desc))]
#[index(idx_userId(user_id))]
pub struct Comment {
    /// Id of the document.
    pub id: String,
    /// Post commented on.
    #[attr(size = 256)]
    pub post_id: String,
    /// User who wrote it.
    #[attr(size = 256)]
    pub user_id: String,
    /// The words of the comment.
    #[attr(size = 2000, text = Words)]
    pub content: String,
    /// Comment it answers; none if it stands at the top.
    #[attr(size = 256)]
    pub parent_comment_id: Option<String>,
    /// Users it mentions.
    #[attr(size = 256)]
    pub mentions: Vec<String>,
    /// Number of users who like it.
    #[attr(default = 0)]
    pub like_count: i64,
    /// Number of answers to it.
    #[attr(default = 0)]
    pub reply_count: i64,
    /// When it was written.
    pub created_at: Option<Timestamp>,
    /// When it was last edited.
    pub updated_at: Option<Timestamp>,
}
