//! Collections of `socialDB`: stories, posts and follows.

mod comment;
mod follow;
mod post;
mod post_reaction;
mod story;
mod story_audience;
mod story_view;

pub use comment::Comment;
pub use follow::{Follow, FollowStatus};
pub use post::{Post, PostContentType, PostPrivacy};
pub use post_reaction::PostReaction;
pub use story::{Story, StoryContentType, StoryPrivacy};
pub use story_audience::StoryAudience;
pub use story_view::StoryView;
