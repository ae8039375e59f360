//! Posts: words, pictures, films and more that users publish.

use crate::{Collection, Timestamp, choices};

choices! {
    /// The main kind of content of a post.
    pub enum PostContentType {
        /// Words.
        Text = "text",
        /// Pictures.
        Image = "image",
        /// A film.
        Video = "video",
        /// A recording.
        Audio = "audio",
        /// A question with options.
        Poll = "poll",
        /// A long text with a title.
        Article = "article",
    }
}

choices! {
    /// The users that may see a post.
    pub enum PostPrivacy {
        /// Anybody.
        Public = "public",
        /// Users who follow the author and whom the author follows.
        Friends = "friends",
        /// The author alone.
        Private = "private",
        /// A list the author chose.
        Custom = "custom",
    }
}

/// A post of the feed.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "socialDB", id = "posts", name = "Posts")]
#[access(readers(user_id))]
#[retention(forever = "The author's own, until they remove it.")]
#[index(idx_userId_time(user_id, created_at desc))]
#[index(idx_hashtags(hashtags))]
pub struct Post {
    /// Id of the document.
    pub id: String,
    /// User who published it.
    #[attr(size = 256)]
    pub user_id: String,
    /// Words of it.
    #[attr(size = 5000, text = Words)]
    pub content: Option<String>,
    /// The main kind of its content.
    #[attr(default = PostContentType::Text)]
    pub content_type: PostContentType,
    /// Where its media are served.
    #[attr(size = 1000)]
    pub media_urls: Vec<String>,
    /// Files of its media in the bucket `posts`.
    #[attr(size = 256)]
    pub media_file_ids: Vec<String>,
    /// Small pictures of its media: a JSON array in the order of the media.
    #[attr(size = 2000)]
    pub thumbnails: Option<String>,
    /// Users it mentions.
    #[attr(size = 256)]
    pub mentions: Vec<String>,
    /// Hashtags in it, lower-case and without the `#`.
    #[attr(size = 50)]
    pub hashtags: Vec<String>,
    /// Where it was made, in words.
    #[attr(size = 200, text = Words)]
    pub location: Option<String>,
    /// The users that may see it.
    #[attr(default = PostPrivacy::Public)]
    pub privacy: PostPrivacy,
    /// Whether it can be commented on.
    #[attr(default = true)]
    pub allow_comments: bool,
    /// Whether it can be passed on.
    #[attr(default = true)]
    pub allow_shares: bool,
    /// Number of users who reacted.
    #[attr(default = 0)]
    pub like_count: i64,
    /// Number of comments, answers included.
    #[attr(default = 0)]
    pub comment_count: i64,
    /// Number of times it was passed on.
    #[attr(default = 0)]
    pub share_count: i64,
    /// Number of times it was seen.
    #[attr(default = 0)]
    pub view_count: i64,
    /// Whether it stands at the top of its author's page.
    #[attr(default = false)]
    pub is_pinned: bool,
    /// Whether somebody paid for its reach.
    #[attr(default = false)]
    pub is_sponsored: bool,
    /// When it was published.
    pub created_at: Option<Timestamp>,
    /// When it was last edited.
    pub updated_at: Option<Timestamp>,
}
