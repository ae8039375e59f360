#![doc = include_str!("../README.md")]

mod follow;
mod list;
mod unfollow;
mod view;

use whisper_kit::Api;
use whisper_kit::rate_limit::Rate;

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);

/// Where somebody is followed.
const FOLLOW: &str = "/v1/follows/{userId}";

/// How many users one may begin to follow.
const RATE: Rate = Rate::per_hour("follow", "follow_rate_per_hour", 300);

/// The endpoints of this function.
pub fn api() -> Api {
    Api::new("follows", "Follows between users, and close friends.")
        .rates(&[RATE])
        .endpoint(follow::endpoint())
        .endpoint(unfollow::endpoint())
        .endpoint(list::endpoint())
}

/// Id of the row that says that one user follows another.
fn follow_id(follower: &str, following: &str) -> String {
    whisper_kit::ids::derived_id(&["follow", follower, following])
}
