//! Reactions to stories.

use crate::{Collection, Timestamp};

/// The reaction of a user to a story; one each, replaced by the next.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "storyReactions",
    name = "Story reactions",
    system
)]
#[access(readers(user_id))]
#[retention(with = "stories", job = "story-expiry")]
#[index(unique idx_story_user(story_id, user_id))]
pub struct StoryReaction {
    /// Id of the document.
    pub id: String,
    /// Story reacted to.
    #[attr(size = 36)]
    pub story_id: String,
    /// User who reacted.
    #[attr(size = 36)]
    pub user_id: String,
    /// The emoji, in its fully qualified form, or a word such as `like`.
    #[attr(size = 50, text = Name)]
    pub reaction: String,
    /// When they reacted.
    pub created_at: Timestamp,
}
