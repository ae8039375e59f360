//! What the API shows of a follow.

use serde::Serialize;
use whisper_schema::prelude::{Follow, FollowStatus, Profile, Timestamp};

/// That the caller follows somebody.
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
    /// Whether the follower hears of what the other publishes; for the follower alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notifications_enabled: Option<bool>,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

/// A follow in a list.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct FollowListItem {
    /// The follow.
    #[serde(flatten)]
    pub follow: FollowView,
    /// The other one.
    pub user: UserSummary,
}

/// What everybody may know of a user.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UserSummary {
    /// Id of the user.
    pub id: String,
    /// Handle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Name shown in conversations and lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Where the picture is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
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

impl UserSummary {
    /// The user with this id, with what their profile shows to everybody.
    pub fn new(id: &str, profile: Option<&Profile>) -> Self {
        UserSummary {
            id: id.to_owned(),
            username: profile.and_then(|p| p.username.clone()),
            display_name: profile.and_then(|p| p.display_name.clone()),
            avatar_url: profile.and_then(|p| p.avatar_url.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_friends_are_the_followers_own_business() {
        let follow = Follow {
            follower_id: "ann".into(),
            following_id: "bob".into(),
            is_close_friend: true,
            ..Follow::default()
        };
        assert_eq!(FollowView::new(&follow, "ann").is_close_friend, Some(true));
        let seen = FollowView::new(&follow, "bob");
        assert_eq!(
            (seen.is_close_friend, seen.notifications_enabled),
            (None, None)
        );
    }
}
