//! Conversations: between two, in a group, or to an audience.

use crate::{Collection, Timestamp, choices};

choices! {
    /// The kind of a conversation: how many write, and to how many.
    pub enum ConversationKind {
        /// Two users, once per pair.
        Direct = "direct",
        /// Members, all with the right to write.
        Group = "group",
        /// Few write, many subscribe.
        Channel = "channel",
        /// One writes to each alone.
        Broadcast = "broadcast",
        /// Groups under one roof.
        Community = "community",
    }
}

/// A conversation, with the data that a list of conversations shows of it.
///
/// Its members are the documents of `conversationMembers`. The arrays of user ids here mirror it for small
/// conversations and stop at a cap, so that no write grows with the size of a group.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "mainDB", id = "conversations", name = "Conversations")]
#[access(
    server = "Its readers are all members, more than a row can name; a member who leaves must read it no more."
)]
#[retention(forever = "The members' own: people look things up years later.")]
#[index(idx_lastMessageAt(last_message_at desc))]
#[index(idx_type(kind))]
#[index(idx_creatorId(creator_id))]
#[index(own idx_public(is_public, participant_count))]
#[index(own idx_public_category(is_public, category, participant_count))]
pub struct Conversation {
    /// Id of the document.
    pub id: String,
    /// The kind of the conversation.
    #[attr(key = "type")]
    pub kind: ConversationKind,
    /// Title; a direct conversation has none and shows the other's name.
    #[attr(size = 100, text = Name)]
    pub name: Option<String>,
    /// Its description, in words.
    #[attr(size = 500, text = Words)]
    pub description: Option<String>,
    /// Where its picture is served.
    #[attr(url)]
    pub avatar_url: Option<String>,
    /// File of its picture in the bucket `avatars`.
    #[attr(size = 256)]
    pub avatar_file_id: Option<String>,
    /// User who made it.
    #[attr(size = 256)]
    pub creator_id: String,
    /// Users who belong to it, up to the cap.
    #[attr(size = 10000)]
    pub participant_ids: Vec<String>,
    /// Users who may change it and its members, up to the cap.
    #[attr(size = 256)]
    pub admin_ids: Vec<String>,
    /// Users who may remove messages and members, up to the cap.
    #[attr(size = 256)]
    pub moderator_ids: Vec<String>,
    /// Number of active members, exact at any size.
    #[attr(default = 0)]
    pub participant_count: i64,
    /// Most members it may have.
    #[attr(default = 200000)]
    pub max_participants: i64,
    /// Whether clients encrypt messages end to end.
    #[attr(default = true)]
    pub is_encrypted: bool,
    /// Protocol and version the clients encrypt with, such as `mls-1`.
    #[attr(size = 20)]
    pub encryption_version: Option<String>,
    /// Users who pinned it in their list, up to the cap.
    #[attr(size = 256)]
    pub is_pinned: Vec<String>,
    /// Users who get no notifications from it, up to the cap.
    #[attr(size = 256)]
    pub is_muted: Vec<String>,
    /// Users who put it away, up to the cap.
    #[attr(size = 256)]
    pub is_archived: Vec<String>,
    /// Newest message.
    #[attr(size = 256)]
    pub last_message_id: Option<String>,
    /// Preview of the newest message; empty of words when encrypted.
    #[attr(size = 300)]
    pub last_message_text: Option<String>,
    /// When it was last active: its newest message was sent, somebody joined, or it was made. The order of every list.
    pub last_message_at: Option<Timestamp>,
    /// User who sent the newest message; none without messages.
    #[attr(size = 256)]
    pub last_message_sender_id: Option<String>,
    /// Unread messages: a JSON object from user id to number, up to the cap.
    #[attr(size = 10000, stored = 16383)]
    pub unread_count: Option<String>,
    /// Settings of the conversation: a JSON object.
    #[attr(size = 5000)]
    pub settings: Option<String>,
    /// Whether anybody may find and join it.
    #[attr(default = false)]
    pub is_public: bool,
    /// Secret part of the invitation link.
    #[attr(size = 256)]
    pub invite_link: Option<String>,
    /// When the invitation link stops working; none if it doesn't.
    pub invite_link_expiry: Option<Timestamp>,
    /// Category it is listed under when public.
    #[attr(size = 50, text = Words)]
    pub category: Option<String>,
    /// Words it is found by when public.
    #[attr(size = 50, text = Words)]
    pub tags: Vec<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When its details last changed; a new message doesn't count.
    pub updated_at: Option<Timestamp>,
}
