#![doc = include_str!("../README.md")]

mod check;
mod compose;
pub mod content;
mod context;
pub mod draft;
mod history;
mod limits;
mod pace;
mod send;
#[cfg(not(target_family = "wasm"))]
mod shape;
mod webhook;

use whisper_kit::Api;

/// The endpoints.
pub fn api() -> Api {
    Api::new(
        "message-send",
        "Sends messages and reads a conversation's history",
    )
    .rates(limits::RATES)
    .endpoint(send::endpoint())
    .endpoint(history::endpoint())
    .endpoint(webhook::endpoint())
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
