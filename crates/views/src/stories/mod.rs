//! Stories as viewers who may see them see them.

mod ids;
mod seen;
mod view;

pub use ids::{by_id, reaction_id, view_id};
pub use seen::{could_see, stories_of, stories_seen};
pub use view::{StoryAnswerView, StoryPostView, named};
