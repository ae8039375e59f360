//! Messages of channels: their authors, their views, and the groups in which they are talked about.

use crate::{Collection, Timestamp};

/// A message of a channel, beyond the message itself. Where the channel doesn't sign, the message names the channel as its sender;
/// its author stands here alone.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "channelPosts",
    name = "Messages of channels",
    system
)]
#[access(server = "It names authors whom readers don't learn.")]
#[retention(with = "messages", job = "message-expiry")]
#[index(idx_author(conversation_id, author_id, sent_at))]
pub struct ChannelPost {
    /// Id of the document: that of the message.
    pub id: String,
    /// The channel.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// User who wrote it.
    #[attr(size = 256)]
    pub author_id: String,
    /// How many users have viewed it.
    #[attr(default = 0, min = 0)]
    pub views: i64,
    /// Group in which it is talked about; none before anybody asked for that.
    #[attr(size = 36)]
    pub comments_conversation_id: Option<String>,
    /// The copy of it in that group, which comments answer.
    #[attr(size = 36)]
    pub comments_message_id: Option<String>,
    /// When it was sent.
    pub sent_at: Timestamp,
}

/// A user's view of a message of a channel: they are counted once as long as it is there. The id is a hash of the two ids.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "postViewers",
    name = "Viewers of messages of channels",
    system
)]
#[access(server = "The viewers of a message are told to nobody.")]
#[retention(days(viewed_at) = 180, job = "retention")]
#[retention(with = "messages", job = "message-expiry")]
#[index(idx_message(message_id))]
#[index(idx_viewed(viewed_at))]
pub struct PostViewer {
    /// Id of the document: a hash of message and user.
    pub id: String,
    /// Message that was viewed.
    #[attr(size = 36)]
    pub message_id: String,
    /// User who viewed it.
    #[attr(size = 36)]
    pub user_id: String,
    /// When they did first.
    pub viewed_at: Timestamp,
}
