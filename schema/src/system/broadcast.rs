//! Lists of recipients to whom somebody writes at once, each in their direct conversation.

use crate::{Collection, Timestamp, choices};

choices! {
    /// A change of a message of a broadcast, which its copies follow.
    pub enum BroadcastChange {
        /// Its words were edited.
        Edited = "edited",
        /// It was deleted for all.
        Deleted = "deleted",
    }
}

/// A user on somebody's list. The list's owner alone learns of it.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "broadcastRecipients",
    name = "Recipients of broadcasts",
    system
)]
#[access(server = "Its reader is the owner of the list alone.")]
#[retention(forever = "As long as the owner has them on the list.")]
#[index(idx_conversation(conversation_id))]
pub struct BroadcastRecipient {
    /// Id of the document: a hash of conversation and user.
    pub id: String,
    /// The list: a conversation of the kind `broadcast`.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// The recipient.
    #[attr(size = 256)]
    pub user_id: String,
    /// When they were added.
    pub added_at: Timestamp,
}

/// The delivery of a message to the recipients of a list, one after the other in the order in which they were added.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "broadcasts",
    name = "Deliveries of broadcasts",
    system
)]
#[access(readers(user_id))]
#[retention(with = "messages", job = "message-expiry")]
#[index(idx_due(due_at))]
#[index(idx_list_due(conversation_id, due_at))]
#[index(idx_change(change_due_at))]
pub struct Broadcast {
    /// Id of the document: that of the message.
    pub id: String,
    /// The list.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// User who sends it.
    #[attr(size = 256)]
    pub user_id: String,
    /// When the next recipient has their turn; none once all had it.
    pub due_at: Option<Timestamp>,
    /// Commit number of the last recipient who had their turn.
    #[attr(default = 0, min = 0)]
    pub position: i64,
    /// Recipients who got it.
    #[attr(default = 0, min = 0)]
    pub reached: i64,
    /// Recipients who didn't: they may not be reached.
    #[attr(default = 0, min = 0)]
    pub refused: i64,
    /// Attempts at the next recipient at which the server failed.
    #[attr(default = 0, min = 0)]
    pub attempts: i64,
    /// The change of the message since, which the copies follow.
    pub change: Option<BroadcastChange>,
    /// When the copies follow it; none once they did.
    pub change_due_at: Option<Timestamp>,
    /// Commit number of the last copy that followed it.
    #[attr(default = 0, min = 0)]
    pub change_position: i64,
}

/// A message that a recipient got by a broadcast: it follows its sender's edits and deletion of the broadcast.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "broadcastCopies",
    name = "Copies of broadcasts",
    system
)]
#[access(server = "Recipients aren't told that a message was a broadcast.")]
#[retention(with = "messages", job = "message-expiry")]
#[index(idx_message(message_id))]
pub struct BroadcastCopy {
    /// Id of the document: that of the copy.
    pub id: String,
    /// The message of the broadcast.
    #[attr(size = 36)]
    pub message_id: String,
    /// The direct conversation that the copy stands in.
    #[attr(size = 36)]
    pub conversation_id: String,
}
