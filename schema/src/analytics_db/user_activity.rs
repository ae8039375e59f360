//! Activities of users.

use crate::{Collection, Timestamp, choices};

choices! {
    /// The kind of an activity.
    pub enum UserActivityType {
        /// Sent a message.
        MessageSent = "message_sent",
        /// Got a message.
        MessageReceived = "message_received",
        /// Posted a story.
        StoryPosted = "story_posted",
        /// Saw a story.
        StoryViewed = "story_viewed",
        /// Published a post.
        PostCreated = "post_created",
        /// Reacted to a post.
        PostLiked = "post_liked",
        /// Commented on a post.
        CommentPosted = "comment_posted",
        /// Gave tokens.
        GiftSent = "gift_sent",
        /// Showed a non-fungible token.
        NftShared = "nft_shared",
        /// Signed in.
        Login = "login",
        /// Signed out.
        Logout = "logout",
        /// Changed the profile.
        ProfileUpdate = "profile_update",
    }
}

/// An activity of a user; experience points and statistics are made of these.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "analyticsDB", id = "userActivity", name = "UserActivity")]
#[access(
    server = "The log that points and statistics are made of; the API tells the points and statistics."
)]
#[retention(days(timestamp) = 90, setting = "activity_retention_days", job = "retention")]
#[parts(days = 15)]
#[index(idx_userId_time(user_id, timestamp desc))]
#[index(idx_activityType(activity_type))]
pub struct UserActivity {
    /// Id of the document.
    pub id: String,
    /// User who did it.
    #[attr(size = 256)]
    pub user_id: String,
    /// The kind of the activity.
    pub activity_type: UserActivityType,
    /// Details of it, such as the id of the message: a JSON object.
    #[attr(size = 5000)]
    pub metadata: Option<String>,
    /// Address the request came from.
    #[attr(ip)]
    pub ip_address: Option<String>,
    /// The client's own name, as its header `User-Agent` gives it.
    #[attr(size = 500)]
    pub user_agent: Option<String>,
    /// When they did it.
    pub timestamp: Timestamp,
}
