//! Views of stories.

use crate::{Collection, Timestamp};

/// The view of a story by a user; one per viewer, however often they look.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "socialDB", id = "storyViews", name = "StoryViews")]
#[access(readers(viewer_id))]
#[retention(with = "stories", job = "story-expiry")]
#[index(unique idx_story_viewer(story_id, viewer_id))]
#[index(idx_storyId(story_id))]
pub struct StoryView {
    /// Id of the document.
    pub id: String,
    /// Story that was seen.
    #[attr(size = 256)]
    pub story_id: String,
    /// User who saw it.
    #[attr(size = 256)]
    pub viewer_id: String,
    /// Seconds it was watched for, the longest time.
    #[attr(default = 0)]
    pub watch_duration: i64,
    /// Whether it was watched to its end.
    #[attr(default = false)]
    pub completed_view: bool,
    /// When it was first seen.
    pub viewed_at: Option<Timestamp>,
}
