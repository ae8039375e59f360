#![doc = include_str!("../README.md")]

mod expiry;
mod removal;

use whisper_kit::Api;

pub use expiry::{JOB, Messages};

/// The endpoints.
pub fn api() -> Api {
    Api::new(
        "message-actions",
        "What becomes of messages after they were sent",
    )
    .endpoint(expiry::endpoint())
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
