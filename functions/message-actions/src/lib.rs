#![doc = include_str!("../README.md")]

mod chosen;
mod delete;
mod expiry;
mod get;
mod hanging;
mod hide;
mod limits;
mod naming;
mod opened;
mod poll;
mod reactions;
mod receipts;
mod removal;

use whisper_kit::Api;

pub use expiry::{JOB, Messages};

/// The endpoints.
pub fn api() -> Api {
    let api = Api::new(
        "message-actions",
        "One message, and what becomes of it after it was sent",
    )
    .rates(limits::RATES)
    .numbers(limits::NUMBERS)
    .endpoint(get::endpoint())
    .endpoint(receipts::endpoint())
    .endpoint(delete::endpoint())
    .endpoint(expiry::endpoint());
    poll::endpoints(reactions::endpoints(api))
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
