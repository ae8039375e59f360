#![doc = include_str!("../README.md")]

mod expiry;
mod get;
mod naming;
mod poll;
mod removal;

use whisper_kit::Api;

pub use expiry::{JOB, Messages};

/// The endpoints.
pub fn api() -> Api {
    let api = Api::new(
        "message-actions",
        "One message, and what becomes of it after it was sent",
    )
    .rates(&[poll::VOTING])
    .endpoint(get::endpoint())
    .endpoint(expiry::endpoint());
    poll::endpoints(api)
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
