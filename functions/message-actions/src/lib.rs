#![doc = include_str!("../README.md")]

mod delete;
mod expiry;
mod get;
mod hide;
mod limits;
mod named;
mod remains;
mod removal;

use whisper_kit::Api;

pub use expiry::{JOB, Messages};

/// The endpoints.
pub fn api() -> Api {
    Api::new(
        "message-actions",
        "One message, and what becomes of it after it was sent",
    )
    .rates(&[limits::CHANGES])
    .endpoint(get::endpoint())
    .endpoint(delete::endpoint())
    .endpoint(expiry::endpoint())
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
