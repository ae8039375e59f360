//! Documents that name messages which end.

use crate::{Collection, choices};

choices! {
    /// The kind of a document that names a message.
    pub enum MessageReferenceKind {
        /// A message that answers it.
        Reply = "reply",
        /// A membership of somebody who read up to it.
        Read = "read",
    }
}

/// A document's reference to a message which ends, so that it goes when the message does. Documents that name one of the many
/// messages that stay have no row here.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "messageReferences",
    name = "References to messages that end",
    system
)]
#[access(server = "Only the job that removes messages reads it.")]
#[retention(with = "messages", job = "message-expiry")]
#[index(idx_message(message_id))]
pub struct MessageReference {
    /// Id of the document: derived from the document that names the message.
    pub id: String,
    /// The message that is named.
    #[attr(size = 36)]
    pub message_id: String,
    /// The kind of the document that names it.
    pub kind: MessageReferenceKind,
    /// Id of the document that names it.
    #[attr(size = 36)]
    pub document_id: String,
}
