#![doc = include_str!("../README.md")]

mod expiry;
mod get;
mod removal;

use whisper_kit::Api;

pub use expiry::{JOB, Messages};

/// The endpoints.
pub fn api() -> Api {
    Api::new(
        "message-actions",
        "One message, and what becomes of it after it was sent",
    )
    .endpoint(get::endpoint())
    .endpoint(expiry::endpoint())
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
