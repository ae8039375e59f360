//! Messages that are being handed on to the devices of many.

use crate::{Collection, Timestamp};

/// A message's place in its sender's line: it is in hand, and not all of its recipients were handed on to devices yet.
/// Senders take turns, so that the many messages of one don't hold up those of others.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "systemDB", id = "fanOuts", name = "Fan-outs", system)]
#[access(server = "Bookkeeping of the components.")]
#[retention(with = "messageQueue", job = "notification-push")]
#[index(idx_sender(sender_id))]
pub struct FanOut {
    /// Id of the document: that of the entry in `messageQueue`.
    pub id: String,
    /// User who sent the message.
    #[attr(size = 256)]
    pub sender_id: String,
    /// Commit number of the last member that was looked at.
    #[attr(default = 0, min = 0)]
    pub position: i64,
    /// When it last moved.
    pub updated_at: Timestamp,
}
