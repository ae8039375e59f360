#![doc = include_str!("../README.md")]

mod answer;
mod broadcast;
mod broadcast_change;
mod chosen;
mod delete;
mod delete_many;
mod deletion;
mod edit;
mod expiry;
mod files;
mod follow;
mod get;
mod hanging;
mod hide;
mod limits;
mod naming;
mod once;
mod opened;
mod pins;
mod poll;
mod preview;
mod reactions;
mod receipts;
mod remains;
mod removal;
mod replies;
mod rules;
mod stars;
mod take_back;
mod threads;
mod versions;
mod views;

use whisper_kit::Api;

pub use expiry::{JOB, Messages};

/// The endpoints.
pub fn api() -> Api {
    let api = Api::new(
        "message-actions",
        "One message after it was sent: edits, deletions, reactions, votes, its end",
    )
    .rates(limits::RATES)
    .numbers(limits::NUMBERS)
    .endpoint(get::endpoint())
    .endpoint(receipts::endpoint())
    .endpoint(edit::endpoint())
    .endpoint(versions::endpoint())
    .endpoint(delete::endpoint())
    .endpoint(delete_many::endpoint())
    .endpoint(views::endpoint())
    .endpoint(expiry::endpoint());
    let api = pins::endpoints(reactions::endpoints(api)).endpoint(replies::endpoint());
    let api = once::endpoints(stars::endpoints(api));
    poll::endpoints(api)
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
