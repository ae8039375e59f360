//! Messages that the caller has begun to write: one for each conversation, the same on all their devices.

pub mod discard;
pub mod list;
pub mod one;
pub mod save;

/// Where the draft of a conversation is.
const DRAFT: &str = "/v1/conversations/{conversationId}/draft";
