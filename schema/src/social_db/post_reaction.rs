//! Reactions to posts.

use crate::{Collection, Timestamp};

/// The reaction of a user to a post; one each, replaced by the next.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "socialDB", id = "postReactions", name = "PostReactions")]
#[access(readers(user_id))]
#[retention(forever = "Part of a post, as long as that.")]
#[index(unique idx_post_user_unique(post_id, user_id))]
#[index(idx_postId(post_id))]
pub struct PostReaction {
    /// Id of the document.
    pub id: String,
    /// Post reacted to.
    #[attr(size = 256)]
    pub post_id: String,
    /// User who reacted.
    #[attr(size = 256)]
    pub user_id: String,
    /// The emoji, or a name such as `like`.
    #[attr(size = 50, text = Name)]
    pub reaction: String,
    /// When they reacted.
    pub created_at: Option<Timestamp>,
}
