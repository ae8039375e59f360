#![doc = include_str!("../README.md")]

mod delete;
mod expiry;
mod get;
mod hide;
mod limits;
mod named;
mod poll;
mod remains;
mod removal;

use whisper_kit::Api;

pub use expiry::{JOB, Messages};

/// The endpoints.
pub fn api() -> Api {
    let api = Api::new(
        "message-actions",
        "One message, and what becomes of it after it was sent",
    )
    .rates(&[limits::CHANGES, poll::VOTING])
    .endpoint(get::endpoint())
    .endpoint(delete::endpoint())
    .endpoint(expiry::endpoint());
    poll::endpoints(api)
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
