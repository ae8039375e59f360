//! Stories: posts that vanish.

use crate::{Collection, Column, Ephemeral, Timestamp, choices};

choices! {
    /// The kind of content of a story.
    pub enum StoryContentType {
        /// A picture.
        Image = "image",
        /// A film.
        Video = "video",
        /// Words on a colour.
        Text = "text",
        /// A recording.
        Audio = "audio",
    }
}

choices! {
    /// The users that may see a story.
    pub enum StoryPrivacy {
        /// Anybody.
        Public = "public",
        /// Users who follow the author and whom the author follows.
        Friends = "friends",
        /// Users whom the author marked as close friends.
        CloseFriends = "close_friends",
        /// The author alone.
        Private = "private",
    }
}

/// A picture, film, text or recording shown for a day or two.
///
/// It isn't shown after `expires_at`, whether or not it has been swept. Views are documents of
/// `storyViews`; the counts here are exact.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "socialDB", id = "stories", name = "Stories")]
#[access(
    server = "Its audience follows from follows, contacts and blocks of the moment, and is nobody once it has expired."
)]
#[retention(until(expires_at), job = "story-expiry")]
#[index(idx_userId_time(user_id, created_at desc))]
#[index(idx_expires(expires_at))]
pub struct Story {
    /// Id of the document.
    pub id: String,
    /// User who posted it.
    #[attr(size = 256)]
    pub user_id: String,
    /// The kind of its content.
    pub content_type: StoryContentType,
    /// Where its media is served.
    #[attr(url)]
    pub media_url: Option<String>,
    /// File of its media in the bucket `stories`.
    #[attr(size = 256)]
    pub media_file_id: Option<String>,
    /// Where a small picture of it is served.
    #[attr(url)]
    pub thumbnail_url: Option<String>,
    /// Words on it.
    #[attr(size = 500, text = Words)]
    pub text: Option<String>,
    /// Colour behind the words, such as `#1f2937`.
    #[attr(size = 7)]
    pub background_color: Option<String>,
    /// Seconds it is shown for.
    #[attr(default = 5)]
    pub duration: i64,
    /// Filters applied: a JSON array.
    #[attr(size = 2000)]
    pub filters: Option<String>,
    /// Stickers placed on it: a JSON array with positions.
    #[attr(size = 2000)]
    pub stickers: Option<String>,
    /// Music that goes with it: a JSON object.
    #[attr(size = 500)]
    pub music: Option<String>,
    /// Where it was made, in words.
    #[attr(size = 200, text = Words)]
    pub location: Option<String>,
    /// Users it mentions.
    #[attr(size = 256)]
    pub mentions: Vec<String>,
    /// Users who saw it, up to the cap.
    #[attr(size = 10000)]
    pub viewer_ids: Vec<String>,
    /// Number of users who saw it, without the author.
    #[attr(default = 0)]
    pub view_count: i64,
    /// Number of users who reacted.
    #[attr(default = 0)]
    pub reaction_count: i64,
    /// Number of answers.
    #[attr(default = 0)]
    pub reply_count: i64,
    /// Number of times it was passed on.
    #[attr(default = 0)]
    pub share_count: i64,
    /// The users that may see it.
    #[attr(default = StoryPrivacy::Friends)]
    pub privacy: StoryPrivacy,
    /// Whether it can be answered.
    #[attr(default = true)]
    pub allow_replies: bool,
    /// When it vanishes: 24 hours after it was posted unless chosen otherwise, 48 at most.
    pub expires_at: Timestamp,
    /// When it was posted.
    pub created_at: Option<Timestamp>,
}

impl Ephemeral for Story {
    const ENDS: Column<Story> = Story::EXPIRES_AT;
    const LONGEST: Option<i64> = Some(48 * 60 * 60 * 1000);

    fn ends_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}
