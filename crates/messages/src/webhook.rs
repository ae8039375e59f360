//! Messages that webhooks post: the name and the picture that stand in place of the sender's own.

use serde::{Deserialize, Serialize};

/// The metadata of a message that a webhook posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub(crate) struct WebhookMetadata {
    /// The sender, as the webhook names it.
    pub webhook: WebhookSenderView,
}

/// The sender of a message that a webhook posted, to be shown in place of the user in `senderId`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct WebhookSenderView {
    /// Id of the webhook.
    pub id: String,
    /// Name of the sender.
    pub name: String,
    /// Where the picture of the sender is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
}

impl WebhookSenderView {
    /// The metadata of a message with this sender, as it is stored.
    pub fn metadata_text(self) -> String {
        let metadata = WebhookMetadata { webhook: self };
        // Writing an object with string keys can't fail.
        serde_json::to_string(&metadata).unwrap_or_default()
    }
}
