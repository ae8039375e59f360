#![doc = include_str!("../README.md")]

mod access;
mod activity;
mod client_json;
mod draft;
mod feed;
mod of_author;
mod one;
mod post;
mod reactions;
mod show;
mod views;

use whisper_kit::Api;
use whisper_kit::rate_limit::Rate;

/// How often things may happen.
const RATES: [Rate; 3] = [post::STORIES, post::MENTIONS, reactions::REACTING];

/// The function's endpoints.
pub fn api() -> Api {
    let about = "Posts stories, serves the feed, counts views and reactions";
    Api::new("stories", about)
        .rates(&RATES)
        .endpoint(post::endpoint())
        .endpoint(of_author::endpoint())
        .endpoint(feed::endpoint())
        .endpoint(one::get_endpoint())
        .endpoint(one::delete_endpoint())
        .endpoint(views::record_endpoint())
        .endpoint(views::list_endpoint())
        .endpoint(reactions::put_endpoint())
        .endpoint(reactions::delete_endpoint())
        .endpoint(reactions::list_endpoint())
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
