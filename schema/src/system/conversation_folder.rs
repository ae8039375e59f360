//! Folders of conversations.

use crate::{Collection, Timestamp, choices};

choices! {
    /// A kind of conversations that a folder has.
    pub enum ConversationFolderKind {
        /// All between two.
        Direct = "direct",
        /// All others.
        Groups = "groups",
        /// Between two, with somebody whom the user keeps as a contact.
        Contacts = "contacts",
        /// Between two, with somebody else.
        NonContacts = "non_contacts",
    }
}

choices! {
    /// A state in which a conversation stands in no folder that it would belong to by its kind.
    pub enum ConversationFolderExclusion {
        /// Its notifications are off.
        Muted = "muted",
        /// Nothing in it is unread.
        Read = "read",
        /// It was put away.
        Archived = "archived",
    }
}

/// A folder of a user's conversations: those that were named, and those of some kinds.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "conversationFolders",
    name = "Folders of conversations",
    system
)]
#[access(readers(user_id))]
#[retention(forever = "The user's own, a bounded number, until they delete it.")]
#[index(idx_user(user_id))]
pub struct ConversationFolder {
    /// Id of the document.
    pub id: String,
    /// User whose folder it is.
    #[attr(size = 36)]
    pub user_id: String,
    /// Its name.
    #[attr(size = 50, text = Name)]
    pub name: String,
    /// An emoji, or the name of a picture of the client's.
    #[attr(size = 32, text = Name)]
    pub icon: Option<String>,
    /// Kinds of conversations that it has.
    #[attr(size = 20)]
    pub kinds: Vec<String>,
    /// States in which a conversation of these kinds isn't in it.
    #[attr(size = 20)]
    pub exclusions: Vec<String>,
    /// Conversations that it has in spite of their kind and state.
    #[attr(size = 36)]
    pub included_ids: Vec<String>,
    /// Conversations that it doesn't have.
    #[attr(size = 36)]
    pub excluded_ids: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}
