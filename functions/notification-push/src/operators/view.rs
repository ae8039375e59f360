//! Deliveries as operators see them: ids, states and causes, never contents, users' keys or endpoints.

use serde::Serialize;
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Push, PushStatus, QueuedMessage, QueuedMessageStatus};

/// A delivery of a message.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct QueueEntryView {
    /// Id of the entry.
    pub id: String,
    /// The message.
    pub message_id: String,
    /// Its conversation.
    pub conversation_id: String,
    /// How far it got.
    pub status: QueuedMessageStatus,
    /// Entries with a greater one go first.
    pub priority: i64,
    /// Attempts that failed so far.
    pub retry_count: i64,
    /// Attempts after which a push is given up.
    pub max_retries: i64,
    /// The reason for which the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Users it has not reached, at most 100.
    pub pending_for: Vec<String>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it was delivered or given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processed_at: Option<Timestamp>,
    /// Seconds since it was queued.
    pub age_seconds: i64,
}

/// A push to one device.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct QueuePushView {
    /// Id of the push.
    pub id: String,
    /// The device's subscription.
    pub subscription_id: String,
    /// The device's user.
    pub user_id: String,
    /// The delivery it belongs to; left out if it is about a notification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_id: Option<String>,
    /// How far it got.
    pub status: PushStatus,
    /// Attempts that failed so far.
    pub attempts: i64,
    /// While it waits: when it is due. While it is processed: when the lease ends.
    pub due_at: Timestamp,
    /// When it is of no use any more.
    pub expires_at: Timestamp,
    /// The reason for which the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// Seconds since it was queued.
    pub age_seconds: i64,
}

fn age(since: Timestamp, now: Timestamp) -> i64 {
    (now.as_millis() - since.as_millis()).max(0) / 1000
}

impl QueueEntryView {
    /// At this time.
    pub fn new(from: QueuedMessage, now: Timestamp) -> Self {
        Self {
            age_seconds: from.created_at.map_or(0, |since| age(since, now)),
            id: from.id,
            message_id: from.message_id,
            conversation_id: from.conversation_id,
            status: from.status,
            priority: from.priority,
            retry_count: from.retry_count,
            max_retries: from.max_retries,
            error: from.error,
            pending_for: from.pending_for,
            created_at: from.created_at.unwrap_or_default(),
            processed_at: from.processed_at,
        }
    }
}

impl QueuePushView {
    /// At this time.
    pub fn new(from: Push, now: Timestamp) -> Self {
        Self {
            age_seconds: age(from.created_at, now),
            id: from.id,
            subscription_id: from.subscription_id,
            user_id: from.user_id,
            queue_id: from.queue_id,
            status: from.status,
            attempts: from.attempts,
            due_at: from.due_at,
            expires_at: from.expires_at,
            error: from.error,
            created_at: from.created_at,
        }
    }
}
