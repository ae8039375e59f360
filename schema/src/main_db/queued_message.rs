//! Deliveries that are due.

use crate::{Collection, Timestamp, choices};

choices! {
    /// How far a delivery got.
    pub enum QueuedMessageStatus {
        /// Waits for its turn.
        Pending = "pending",
        /// In the hands of a worker.
        Processing = "processing",
        /// Done.
        Delivered = "delivered",
        /// Given up after the last attempt.
        Failed = "failed",
    }
}

/// A message on its way to the devices of its recipients.
///
/// One entry per message, at any size of the group: the recipients of a large one follow from
/// `conversationMembers`.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "mainDB", id = "messageQueue", name = "MessageQueue")]
#[access(server = "Deliveries are the server's work.")]
#[retention(days(processed_at) = 30, job = "notification-push")]
#[index(idx_status_priority(status, priority desc))]
#[index(idx_scheduled(scheduled_for))]
pub struct QueuedMessage {
    /// Id of the document.
    pub id: String,
    /// Message to deliver.
    #[attr(size = 256)]
    pub message_id: String,
    /// Conversation the message belongs to.
    #[attr(size = 256)]
    pub conversation_id: String,
    /// Users it goes to, up to the cap.
    #[attr(size = 10000)]
    pub recipient_ids: Vec<String>,
    /// Users it has not reached yet, up to the cap.
    #[attr(size = 10000)]
    pub pending_for: Vec<String>,
    /// Entries with a greater one go first.
    #[attr(default = 0)]
    pub priority: i64,
    /// Attempts that failed so far.
    #[attr(default = 0)]
    pub retry_count: i64,
    /// Attempts after which it fails for good.
    #[attr(default = 3)]
    pub max_retries: i64,
    /// How far the delivery got.
    #[attr(default = QueuedMessageStatus::Pending)]
    pub status: QueuedMessageStatus,
    /// The reason for which the last attempt failed.
    #[attr(size = 1000)]
    pub error: Option<String>,
    /// Not to be delivered before this time.
    pub scheduled_for: Option<Timestamp>,
    /// When it was queued.
    pub created_at: Option<Timestamp>,
    /// When it was delivered or given up.
    pub processed_at: Option<Timestamp>,
}
