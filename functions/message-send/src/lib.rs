#![doc = include_str!("../README.md")]

mod attached;
mod broadcast;
mod check;
mod comments;
mod compose;
pub mod content;
mod context;
pub mod draft;
mod history;
mod keyed;
mod limits;
mod named;
mod pace;
mod scheduled;
mod send;
mod sending;
#[cfg(not(target_family = "wasm"))]
mod shape;
mod unfit;
mod webhook;

use whisper_kit::Api;

pub use scheduled::JOB;

/// The endpoints.
pub fn api() -> Api {
    let api = Api::new(
        "message-send",
        "Sends messages, at once or at a later time, and reads a conversation's history",
    )
    .rates(limits::RATES)
    .numbers(limits::NUMBERS)
    .endpoint(send::endpoint())
    .endpoint(history::endpoint())
    .endpoint(webhook::endpoint())
    .endpoint(comments::endpoint());
    scheduled::endpoints(api)
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
