//! The order that users gave their lists of conversations.

use crate::{Collection, Timestamp};

/// A user's own order of their pinned conversations, and of their folders. Each change is made on the condition that
/// nobody changed it since it was read, so that no list grows beyond its bound.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "conversationLists",
    name = "Lists of conversations",
    system
)]
#[access(readers(id))]
#[retention(
    forever = "One for each user who pinned a conversation or made a folder, as long as the account."
)]
pub struct ConversationList {
    /// Id of the document: the user's id.
    pub id: String,
    /// Conversations that they pinned, in their order, at most 20. Conversations that they left since may still stand here.
    #[attr(size = 36)]
    pub pinned_ids: Vec<String>,
    /// Their folders, in their order, at most 20.
    #[attr(size = 36)]
    pub folder_ids: Vec<String>,
    /// When anything here last changed.
    pub updated_at: Timestamp,
}

impl ConversationList {
    /// The most conversations that a user pins.
    pub const MOST_PINNED: usize = 20;
    /// The most folders of a user.
    pub const MOST_FOLDERS: usize = 20;
}
