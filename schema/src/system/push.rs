//! Pushes on their way to devices.

use crate::analytics_db::NotificationPriority;
use crate::{Collection, Timestamp, choices};

choices! {
    /// How far a push got. One that arrived is gone.
    pub enum PushStatus {
        /// Waits until it is due.
        Pending = "pending",
        /// In the hands of a worker, until its lease ends.
        Processing = "processing",
        /// Given up; an operator may start it again.
        Failed = "failed",
    }
}

/// A push to one device.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "systemDB", id = "pushes", name = "Pushes", system)]
#[access(server = "Deliveries are the server's work.")]
#[retention(days(due_at) = 30, job = "notification-push")]
#[index(idx_status_due(status, due_at))]
#[index(idx_queue(queue_id, status))]
#[index(idx_subscription(subscription_id))]
#[index(idx_expires(expires_at))]
pub struct Push {
    /// Id of the document: a hash of device and subject, so that nothing is pushed to a device twice.
    pub id: String,
    /// Device it goes to.
    #[attr(size = 36)]
    pub subscription_id: String,
    /// User whose device it is.
    #[attr(size = 36)]
    pub user_id: String,
    /// Entry of `messageQueue` that it belongs to; none if it is about a notification.
    #[attr(size = 36)]
    pub queue_id: Option<String>,
    /// Content of the push: a JSON object of ids, never contents.
    #[attr(size = 3000)]
    pub payload: String,
    /// How much it matters.
    #[attr(default = NotificationPriority::Normal)]
    pub priority: NotificationPriority,
    /// A later one with the same topic takes its place at the push service (RFC 8030, 5.4).
    #[attr(size = 32)]
    pub topic: Option<String>,
    /// How far it got.
    #[attr(default = PushStatus::Pending)]
    pub status: PushStatus,
    /// Attempts that failed so far.
    #[attr(default = 0, min = 0)]
    pub attempts: i64,
    /// While it is pending: not to be sent before. While it is processed: when the lease ends.
    pub due_at: Timestamp,
    /// When it is of no use any more.
    pub expires_at: Timestamp,
    /// The reason for which the last attempt failed.
    #[attr(size = 500)]
    pub error: Option<String>,
    /// When it was queued.
    pub created_at: Timestamp,
}
