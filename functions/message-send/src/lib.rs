#![doc = include_str!("../README.md")]

mod access;
mod compose;
pub mod content;
mod context;
pub mod draft;
mod history;
mod limits;
mod send;
mod single;
mod view;
mod viewing;

use whisper_kit::Api;

/// Where messages are.
const MESSAGES: &str = "/v1/conversations/{conversationId}/messages";
/// Where one of them is.
const MESSAGE: &str = "/v1/conversations/{conversationId}/messages/{messageId}";

/// The endpoints.
pub fn api() -> Api {
    Api::new(
        "message-send",
        "Sends messages and reads a conversation's history",
    )
    .rates(limits::RATES)
    .endpoint(send::endpoint())
    .endpoint(history::endpoint())
    .endpoint(single::endpoint())
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
