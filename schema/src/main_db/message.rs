//! Messages of a conversation.

use crate::{Collection, Timestamp, choices};

choices! {
    /// What a message carries.
    pub enum MessageContentType {
        /// Text.
        Text = "text",
        /// Pictures.
        Image = "image",
    }
}

choices! {
    /// How far a message got.
    pub enum MessageStatus {
        /// On its way.
        Sending = "sending",
        /// Stored.
        Sent = "sent",
    }
}

/// A message.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "mainDB", id = "messages", name = "Messages")]
#[index(idx_conversation_time(conversation_id, created_at desc))]
pub struct Message {
    /// Id of the document.
    pub id: String,
    /// Conversation.
    #[attr(size = 256)]
    pub conversation_id: String,
    /// What it carries.
    pub content_type: MessageContentType,
    /// Preview.
    #[attr(size = 300)]
    pub plain_text: Option<String>,
    /// Media.
    #[attr(size = 1000)]
    pub media_urls: Vec<String>,
    /// Thumb.
    #[attr(url)]
    pub thumbnail_url: Option<String>,
    /// Status.
    #[attr(default = MessageStatus::Sending)]
    pub status: MessageStatus,
    /// Created.
    pub created_at: Option<Timestamp>,
    /// A double.
    pub usd_value: Option<f64>,
    /// Price.
    #[attr(default = 0.0)]
    pub price: f64,
}
