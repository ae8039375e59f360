//! Messages that were deleted for all, and of which something is left.

use crate::{Collection, Column, Ephemeral, Timestamp};

/// A message that was deleted for all and of which rows are still to be removed: the deletion itself takes only so many.
///
/// Lists of such rows ask whether the message stands, so they are shown to nobody meanwhile.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "messageRemains",
    name = "Remains of messages",
    system
)]
#[access(server = "Only the job that removes messages reads it.")]
#[retention(until(due_at), job = "message-expiry")]
#[index(idx_due(due_at))]
pub struct MessageRemains {
    /// Id of the message.
    pub id: String,
    /// Conversation it belongs to.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// When it was deleted: from then on its rows are removed.
    pub due_at: Timestamp,
}

impl Ephemeral for MessageRemains {
    const ENDS: Column<MessageRemains> = MessageRemains::DUE_AT;

    fn ends_at(&self) -> Option<Timestamp> {
        Some(self.due_at)
    }
}
