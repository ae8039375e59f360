//! Ends of messages that have one.

use crate::main_db::Message;
use crate::{Collection, Column, Ephemeral, Timestamp};

/// The end of a message, beside the message: the few that end are found by their time, and the many that don't have no row here.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "messageExpiries",
    name = "Ends of messages",
    system
)]
#[access(server = "Only the job that removes messages reads it.")]
#[retention(until(expires_at), job = "message-expiry")]
#[index(idx_expires(expires_at))]
pub struct MessageExpiry {
    /// Id of the message.
    pub id: String,
    /// Conversation it belongs to.
    #[attr(size = 256)]
    pub conversation_id: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl MessageExpiry {
    /// The end of a message; none if it has none.
    pub fn of(message: &Message) -> Option<Self> {
        let expires_at = message.expires_at?;
        Some(Self {
            id: message.id.clone(),
            conversation_id: message.conversation_id.clone(),
            expires_at,
        })
    }
}

impl Ephemeral for MessageExpiry {
    const ENDS: Column<MessageExpiry> = MessageExpiry::EXPIRES_AT;

    fn ends_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}
