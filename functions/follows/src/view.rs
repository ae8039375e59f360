//! Follows as the API shows them.

use serde::Serialize;
use whisper_people::UserSummaryView;
use whisper_schema::prelude::{Follow, FollowStatus, Timestamp};

/// A follow, as one of the two sees it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FollowView {
    /// Id of the follow.
    pub id: String,
    /// User who follows.
    pub follower_id: String,
    /// User who is followed.
    pub following_id: String,
    /// Whether the followed one agreed.
    pub status: FollowStatus,
    /// Whether the follower counts the other among their close friends; for the follower alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_close_friend: Option<bool>,
    /// Whether the follower hears of the other's posts; for the follower alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notifications_enabled: Option<bool>,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

/// A follow in a list.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct FollowListItemView {
    /// The follow.
    #[serde(flatten)]
    pub follow: FollowView,
    /// The other one.
    pub user: UserSummaryView,
}

impl FollowView {
    /// The follow as `viewer` sees it.
    pub fn new(follow: &Follow, viewer: &str) -> Self {
        let mine = follow.follower_id == viewer;
        FollowView {
            id: follow.id.clone(),
            follower_id: follow.follower_id.clone(),
            following_id: follow.following_id.clone(),
            status: follow.status,
            is_close_friend: mine.then_some(follow.is_close_friend),
            notifications_enabled: mine.then_some(follow.notifications_enabled),
            created_at: follow.created_at,
        }
    }
}
