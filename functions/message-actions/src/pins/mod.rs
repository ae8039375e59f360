//! Messages that are pinned for all members: at most [`MOST`] in a conversation, by the members whom its settings allow
//! it.

mod list;
mod pin;
mod unpin;

use serde::Serialize;
use serde_json::{Value, json};
use whisper_kit::Api;
use whisper_messages::MessageView;
use whisper_schema::Timestamp;
use whisper_schema::system::MessagePin;

use crate::opened::Opened;

const PIN: &str = "/v1/conversations/{conversationId}/messages/{messageId}/pin";

/// The most pinned messages of a conversation.
pub const MOST: u32 = 100;

/// The endpoints.
pub fn endpoints(api: Api) -> Api {
    api.endpoint(pin::endpoint())
        .endpoint(unpin::endpoint())
        .endpoint(list::endpoint())
}

/// The pin of a message.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MessagePinView {
    /// The message.
    pub message_id: String,
    /// User who pinned it.
    pub pinned_by: String,
    /// When they did.
    pub pinned_at: Timestamp,
    /// The message itself; in the list alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageView>,
}

impl From<MessagePin> for MessagePinView {
    fn from(of: MessagePin) -> Self {
        Self {
            message_id: of.id,
            pinned_by: of.pinned_by,
            pinned_at: of.pinned_at,
            message: None,
        }
    }
}

/// The payload of an event about a pin.
fn told(opened: &Opened) -> Value {
    json!({
        "conversationId": opened.access.conversation.id,
        "messageId": opened.message.id,
        "authorId": opened.message.sender_id,
    })
}
