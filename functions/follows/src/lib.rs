#![doc = include_str!("../README.md")]

mod follow;
mod list;
mod people;
mod unfollow;
mod view;

use whisper_kit::page::Listing;
use whisper_kit::{Api, Auth, Endpoint, Method};

use follow::FollowSettings;
use list::ListQuery;
use view::{FollowListItem, FollowView};

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);

/// The endpoints of this function.
pub fn api() -> Api {
    Api::new("follows", "Who follows whom, and who is a close friend.")
        .endpoint(
            Endpoint::new(
                Method::PUT,
                "/v1/follows/{userId}",
                "follow",
                "Follows somebody, or changes how.",
                follow::follow,
            )
            .auth(Auth::UserDeferred)
            .optional_body::<FollowSettings>()
            .reply::<FollowView>(201, "The caller follows them now.")
            .reply::<FollowView>(
                200,
                "The caller followed them already; what was sent is changed.",
            ),
        )
        .endpoint(
            Endpoint::new(
                Method::DELETE,
                "/v1/follows/{userId}",
                "unfollow",
                "Ends following somebody.",
                unfollow::unfollow,
            )
            .auth(Auth::UserDeferred)
            .reply_empty(204, "The caller doesn't follow them."),
        )
        .endpoint(
            Endpoint::new(
                Method::GET,
                "/v1/follows",
                "listFollows",
                "Whom the caller follows, or who follows the caller; the newest first.",
                list::list,
            )
            .auth(Auth::UserDeferred)
            .query::<ListQuery>()
            .reply::<Listing<FollowListItem>>(200, "A page of follows."),
        )
}
