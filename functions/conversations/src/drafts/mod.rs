//! Messages that the caller has begun to write: one for each conversation, the same on all their devices.

pub mod discard;
pub mod list;
pub mod one;
pub mod save;
mod view;

use whisper_kit::ids::derived_id;

/// Where the draft of a conversation is.
const DRAFT: &str = "/v1/conversations/{conversationId}/draft";

/// Id of a user's draft of a conversation.
fn draft_id(conversation: &str, user: &str) -> String {
    derived_id(&["draft", conversation, user])
}
