//! Inboxes.

use crate::{Collection, Column, Ephemeral, Timestamp, choices};

choices! {
    /// The kind of a notification.
    pub enum NotificationKind {
        /// A new message.
        Message = "message",
        /// A mention.
        Mention = "mention",
        /// A new follower.
        Follow = "follow",
        /// A reaction to a post or a message.
        Like = "like",
        /// A comment on a post.
        Comment = "comment",
        /// A gift.
        GiftReceived = "gift_received",
        /// A reaction to a story.
        StoryReaction = "story_reaction",
        /// A non-fungible token.
        NftReceived = "nft_received",
        /// A payment.
        PaymentReceived = "payment_received",
        /// News of the operator.
        System = "system",
    }
}

choices! {
    /// How much a notification matters.
    pub enum NotificationPriority {
        /// Shown when the inbox is opened.
        Low = "low",
        /// Shown on the device.
        Normal = "normal",
        /// Shown on the device with a sound.
        High = "high",
        /// Shown even when the device is to be quiet.
        Urgent = "urgent",
    }
}

/// A notice in a user's inbox.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "analyticsDB", id = "notifications", name = "Notifications")]
#[access(readers(user_id))]
#[retention(until(expires_at), job = "notification-push")]
#[retention(days(created_at) = 90, setting = "notification_retention_days", job = "retention")]
#[index(idx_userId_read(user_id, is_read))]
#[index(idx_createdAt(created_at desc))]
pub struct Notification {
    /// Id of the document.
    pub id: String,
    /// User it is for.
    #[attr(size = 256)]
    pub user_id: String,
    /// The kind of the notification.
    #[attr(key = "type")]
    pub kind: NotificationKind,
    /// First line.
    #[attr(size = 200)]
    pub title: String,
    /// The rest of the words.
    #[attr(size = 500)]
    pub body: Option<String>,
    /// Where it leads: a path within the apps, or an address.
    #[attr(size = 500)]
    pub action_url: Option<String>,
    /// Where its picture is served.
    #[attr(url)]
    pub image_url: Option<String>,
    /// Ids of the documents it is about: a JSON object.
    #[attr(size = 2000)]
    pub metadata: Option<String>,
    /// Whether the user has seen it.
    #[attr(default = false)]
    pub is_read: bool,
    /// When they saw it.
    pub read_at: Option<Timestamp>,
    /// How much it matters.
    #[attr(default = NotificationPriority::Normal)]
    pub priority: NotificationPriority,
    /// When it is no longer shown; none if it stays.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}

impl Ephemeral for Notification {
    const ENDS: Column<Notification> = Notification::EXPIRES_AT;

    fn ends_at(&self) -> Option<Timestamp> {
        self.expires_at
    }
}
