//! Incoming webhooks as the members see them who manage them.

use serde::Serialize;
use whisper_schema::prelude::{IncomingWebhook, Timestamp};

/// An incoming webhook.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct IncomingWebhookView {
    /// Its id.
    pub id: String,
    /// Conversation that it posts into.
    pub conversation_id: String,
    /// User in whose name its messages are sent: the `senderId` of its messages.
    pub user_id: String,
    /// Name of its messages' sender, unless a message brings its own.
    pub name: String,
    /// Where the picture of its messages' sender is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// Member who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its name, its picture or its secret last changed.
    pub updated_at: Timestamp,
}

/// An incoming webhook with the address at which programs post.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct IncomingWebhookAddressView {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: IncomingWebhookView,
    /// The path of the address at which programs post. It is told this once: a program that knows it may post.
    pub path: String,
}

impl From<IncomingWebhook> for IncomingWebhookView {
    fn from(of: IncomingWebhook) -> Self {
        Self {
            id: of.id,
            conversation_id: of.conversation_id,
            user_id: of.user_id,
            name: of.name,
            avatar_url: of.avatar_url,
            created_by: of.created_by,
            created_at: of.created_at,
            updated_at: of.updated_at,
        }
    }
}

impl IncomingWebhookAddressView {
    /// The webhook with its new secret.
    pub fn new(webhook: IncomingWebhook, secret: &str) -> Self {
        Self {
            path: format!("/v1/webhooks/{}/{secret}", webhook.id),
            webhook: webhook.into(),
        }
    }
}
