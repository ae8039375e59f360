//! Outgoing webhooks as the members see them who manage them.

use serde::Serialize;
use whisper_schema::prelude::{
    OutgoingWebhook, OutgoingWebhookStatus, Timestamp, WebhookAttempt, WebhookEvent,
};

/// An outgoing webhook.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct OutgoingWebhookView {
    /// Its id.
    pub id: String,
    /// Conversation whose events it is told of.
    pub conversation_id: String,
    /// Name for the members who manage it.
    pub name: String,
    /// Where events are sent.
    pub url: String,
    /// The events that it is told of.
    pub events: Vec<WebhookEvent>,
    /// Whether events are sent.
    pub status: OutgoingWebhookStatus,
    /// Since when every attempt has failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// When the server switched it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Timestamp>,
    /// Member who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When a member, or the server by switching it off, last changed it.
    pub updated_at: Timestamp,
}

/// An outgoing webhook with the secret that signs its deliveries.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct OutgoingWebhookSecretView {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: OutgoingWebhookView,
    /// The secret, for the receiver's library of Standard Webhooks. It is told this once.
    pub secret: String,
}

/// An attempt to tell a webhook of an event.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct WebhookAttemptView {
    /// Id of the attempt.
    pub id: String,
    /// The `webhook-id` that was sent: the same for all attempts with one event.
    pub delivery_id: String,
    /// Kind of the event; `test` for a test.
    pub event: String,
    /// Number of the attempt with the event, from 1.
    pub attempt: i64,
    /// Whether the receiver took it.
    pub ok: bool,
    /// Status of the answer; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<i64>,
    /// The reason for a missing answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// When it is tried again; absent if it arrived or was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
    /// When it was.
    pub attempted_at: Timestamp,
}

impl From<OutgoingWebhook> for OutgoingWebhookView {
    fn from(of: OutgoingWebhook) -> Self {
        let events = of.events.iter();
        Self {
            events: events.filter_map(|event| event.parse().ok()).collect(),
            id: of.id,
            conversation_id: of.conversation_id,
            name: of.name,
            url: of.url,
            status: of.status,
            failing_since: of.failing_since,
            disabled_at: of.disabled_at,
            created_by: of.created_by,
            created_at: of.created_at,
            updated_at: of.updated_at,
        }
    }
}

impl From<WebhookAttempt> for WebhookAttemptView {
    fn from(of: WebhookAttempt) -> Self {
        Self {
            id: of.id,
            delivery_id: of.delivery_id,
            event: of.event,
            attempt: of.attempt,
            ok: of.ok,
            status: of.status,
            error: of.error,
            duration_ms: of.duration_ms,
            next_at: of.next_at,
            attempted_at: of.attempted_at,
        }
    }
}
