//! Deliveries to outgoing webhooks, and the log of their attempts.

use crate::{Collection, Timestamp};

/// An event on its way to a webhook. It is gone once it arrived, or was given up.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "webhookDeliveries",
    name = "Webhook deliveries",
    system
)]
#[access(server = "Deliveries are the server's work.")]
#[retention(until(expires_at), job = "integrations")]
#[index(idx_due(due_at))]
#[index(idx_webhook(webhook_id))]
#[index(idx_expires(expires_at))]
pub struct WebhookDelivery {
    /// Id of the document: a hash of webhook and event, so that nothing is sent twice under two ids. It is the `webhook-id`.
    pub id: String,
    /// Webhook it goes to.
    #[attr(size = 36)]
    pub webhook_id: String,
    /// Conversation that the event belongs to.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// Kind of the event, as the webhook is told.
    #[attr(size = 40)]
    pub event: String,
    /// Message that it is about; none if it is about members or the conversation.
    #[attr(size = 36)]
    pub message_id: Option<String>,
    /// Details of the event: a JSON object of ids and, of a reaction, its emoji, never of other contents.
    #[attr(size = 6000)]
    pub details: String,
    /// When the event happened.
    pub happened_at: Timestamp,
    /// Attempts that failed so far.
    #[attr(default = 0, min = 0)]
    pub attempts: i64,
    /// Not to be sent before; while it is sent: when its sender has to have ended.
    pub due_at: Timestamp,
    /// When it is given up.
    pub expires_at: Timestamp,
}

/// An attempt to tell a webhook of an event.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "webhookAttempts",
    name = "Webhook attempts",
    system
)]
#[access(server = "Only the members who run the conversation see it.")]
#[retention(until(expires_at), job = "integrations")]
#[index(idx_webhook(webhook_id))]
#[index(idx_expires(expires_at))]
pub struct WebhookAttempt {
    /// Id of the document.
    pub id: String,
    /// Webhook that it was about.
    #[attr(size = 36)]
    pub webhook_id: String,
    /// The `webhook-id` that was sent: the same for all attempts with one event.
    #[attr(size = 36)]
    pub delivery_id: String,
    /// Kind of the event.
    #[attr(size = 40)]
    pub event: String,
    /// Number of the attempt, from 1.
    #[attr(min = 1)]
    pub attempt: i64,
    /// Status of the answer; none without one.
    #[attr(min = 100, max = 999)]
    pub status: Option<i64>,
    /// Whether the receiver took it.
    pub ok: bool,
    /// The reason for a missing answer.
    #[attr(size = 100)]
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    #[attr(min = 0)]
    pub duration_ms: i64,
    /// When it is tried again; none if it arrived or was given up.
    pub next_at: Option<Timestamp>,
    /// When it began.
    pub attempted_at: Timestamp,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}
