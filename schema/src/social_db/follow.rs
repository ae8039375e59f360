//! Follows: one user follows another.

use crate::{Collection, Timestamp, choices};

choices! {
    /// Whether a follower is let in.
    pub enum FollowStatus {
        /// Asked, not yet answered.
        Pending = "pending",
        /// Follows.
        Accepted = "accepted",
        /// Kept out.
        Blocked = "blocked",
    }
}

/// The fact that one user follows another. Two who follow each other are friends.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "socialDB", id = "follows", name = "Follows")]
#[access(
    server = "It holds things that each of the two keeps from the other: a close friend, a follower kept out."
)]
#[retention(forever = "The users' own, until one of them ends it.")]
#[index(unique idx_follower_following(follower_id, following_id))]
#[index(idx_followingId(following_id))]
pub struct Follow {
    /// Id of the document.
    pub id: String,
    /// User who follows.
    #[attr(size = 256)]
    pub follower_id: String,
    /// User who is followed.
    #[attr(size = 256)]
    pub following_id: String,
    /// Whether the followed one agreed.
    #[attr(default = FollowStatus::Accepted)]
    pub status: FollowStatus,
    /// Whether the follower counts the other among their close friends.
    #[attr(default = false)]
    pub is_close_friend: bool,
    /// Whether the follower hears of the other's stories and posts.
    #[attr(default = true)]
    pub notifications_enabled: bool,
    /// When the follower asked.
    pub created_at: Option<Timestamp>,
}
