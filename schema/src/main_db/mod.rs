//! Collections of `mainDB`: people and their messages.

mod message;

pub use message::{Message, MessageContentType, MessageStatus};
