//! Messages of a conversation.

use crate::{Collection, Column, Ephemeral, Timestamp, choices};

choices! {
    /// The kind of content of a message.
    pub enum MessageContentType {
        /// Words.
        Text = "text",
        /// Pictures.
        Image = "image",
        /// A film.
        Video = "video",
        /// Music or another recording.
        Audio = "audio",
        /// A file of any type.
        File = "file",
        /// A moving picture of the library.
        Gif = "gif",
        /// A sticker of a pack.
        Sticker = "sticker",
        /// A place, with its coordinates.
        Location = "location",
        /// Somebody's contact details.
        Contact = "contact",
        /// A question with options.
        Poll = "poll",
        /// A voice message.
        Voice = "voice",
        /// A transfer of cryptocurrency.
        CryptoTx = "crypto_tx",
        /// A non-fungible token.
        Nft = "nft",
        /// A gift of tokens.
        TokenGift = "token_gift",
        /// An address with its preview.
        Link = "link",
        /// An answer to a message of the conversation.
        Reply = "reply",
        /// A copy of a message.
        Forward = "forward",
        /// An answer to a story.
        StoryReply = "story_reply",
        /// An invitation to a game, or a move in it.
        Game = "game",
    }
}

choices! {
    /// How far a message got.
    pub enum MessageStatus {
        /// Not yet stored.
        Sending = "sending",
        /// Stored by the server.
        Sent = "sent",
        /// On the device of every recipient.
        Delivered = "delivered",
        /// Read by every recipient.
        Read = "read",
        /// Given up.
        Failed = "failed",
    }
}

/// A message, its state and its reactions.
///
/// Its id may be the client's own, so that a send tried twice is stored once. Its place in the history is its commit number,
/// which is never given twice: read positions name it. Receipts beyond the cap
/// of `read_by` and `delivered_to` follow from the members' read positions.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "mainDB", id = "messages", name = "Messages", monotonic)]
#[access(
    server = "Its readers are all members of the conversation, more than a row can name; a member who leaves must read it no more."
)]
#[retention(until(expires_at), job = "message-expiry")]
#[retention(
    forever = "The members' own, unless it was sent to vanish: people look things up years later."
)]
#[index(idx_conversation_time(conversation_id, created_at desc))]
#[index(idx_sender(sender_id))]
#[index(idx_contentType(content_type))]
#[index(own idx_conversation_order(conversation_id))]
pub struct Message {
    /// Id of the document.
    pub id: String,
    /// Conversation it belongs to.
    #[attr(size = 256)]
    pub conversation_id: String,
    /// User who sent it.
    #[attr(size = 256)]
    pub sender_id: String,
    /// The words of the message, or the ciphertext when the conversation is encrypted.
    #[attr(size = 10000, stored = 16383, text = Words)]
    pub content: String,
    /// The kind of its content, which decides the form of `metadata`.
    pub content_type: MessageContentType,
    /// Preview for lists and notifications; none when encrypted.
    #[attr(size = 300)]
    pub plain_text: Option<String>,
    /// Where its media are served.
    #[attr(size = 1000)]
    pub media_urls: Vec<String>,
    /// Files of its media in the bucket `messages`, `voice`, `video` or `documents`.
    #[attr(size = 256)]
    pub media_file_ids: Vec<String>,
    /// Where a small picture of the media is served.
    #[attr(url)]
    pub thumbnail_url: Option<String>,
    /// File of the small picture.
    #[attr(size = 256)]
    pub thumbnail_file_id: Option<String>,
    /// Details of the content type, such as coordinates: a JSON object.
    #[attr(size = 10000, stored = 16383)]
    pub metadata: Option<String>,
    /// Message of the same conversation it answers.
    #[attr(size = 256)]
    pub reply_to_message_id: Option<String>,
    /// Message it is a copy of.
    #[attr(size = 256)]
    pub forwarded_from_message_id: Option<String>,
    /// Conversation the copied message came from.
    #[attr(size = 256)]
    pub forwarded_from_conversation_id: Option<String>,
    /// When its content last changed; none if it never did.
    pub edited_at: Option<Timestamp>,
    /// When it was deleted for all; its content is gone then.
    pub deleted_at: Option<Timestamp>,
    /// Users who deleted it for themselves alone: always empty, as each of them has a `MessageMark`.
    #[attr(size = 256)]
    pub deleted_for: Vec<String>,
    /// Whether the server wrote it, such as on a member's arrival.
    #[attr(default = false)]
    pub is_system_message: bool,
    /// Whether it is pinned in the conversation.
    #[attr(default = false)]
    pub is_pinned: bool,
    /// When it was pinned.
    pub pinned_at: Option<Timestamp>,
    /// Reactions: a JSON object from emoji to user ids, up to the cap.
    #[attr(size = 10000)]
    pub reactions: Option<String>,
    /// Users it mentions.
    #[attr(size = 256)]
    pub mentions: Vec<String>,
    /// Addresses found in it.
    #[attr(size = 1000)]
    pub links: Vec<String>,
    /// Users who read it, up to the cap.
    #[attr(size = 10000)]
    pub read_by: Vec<String>,
    /// Users whose device has it, up to the cap.
    #[attr(size = 10000)]
    pub delivered_to: Vec<String>,
    /// How far it got.
    #[attr(default = MessageStatus::Sending)]
    pub status: MessageStatus,
    /// When it disappears; none if it stays.
    pub expires_at: Option<Timestamp>,
    /// When it was sent.
    pub created_at: Option<Timestamp>,
    /// When it was edited or deleted; reactions, receipts and pins don't count.
    pub updated_at: Option<Timestamp>,
}

impl Ephemeral for Message {
    const ENDS: Column<Message> = Message::EXPIRES_AT;
    const TAKEN_BACK: Option<Column<Message>> = Some(Message::DELETED_AT);

    fn ends_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    fn taken_back_at(&self) -> Option<Timestamp> {
        self.deleted_at
    }
}
