//! How far a message got among the members of a large group.

use crate::{Collection, Timestamp};

/// The place in `conversationMembers` up to which a message has been handed on to devices.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "systemDB", id = "fanOuts", name = "Fan-outs", system)]
#[access(server = "Bookkeeping of the components.")]
#[retention(with = "messageQueue", job = "notification-push")]
pub struct FanOut {
    /// Id of the document: that of the entry in `messageQueue`.
    pub id: String,
    /// Commit number of the last member that was looked at.
    #[attr(default = 0, min = 0)]
    pub position: i64,
    /// When it last moved.
    pub updated_at: Timestamp,
}
