//! Messages that users star, each for themselves, over all their conversations.

mod list;
mod star;

use serde::Serialize;
use whisper_kit::Api;
use whisper_messages::MessageView;
use whisper_schema::Timestamp;

const STAR: &str = "/v1/conversations/{conversationId}/messages/{messageId}/star";

/// The endpoints.
pub fn endpoints(api: Api) -> Api {
    api.endpoint(star::put_endpoint())
        .endpoint(star::delete_endpoint())
        .endpoint(list::endpoint())
}

/// A message that the caller starred.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StarredMessageView {
    /// The message.
    pub message_id: String,
    /// When the caller starred it.
    pub starred_at: Timestamp,
    /// The message itself; in the list alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageView>,
}
