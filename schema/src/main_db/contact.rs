//! Address books.

use crate::{Collection, Timestamp, choices};

choices! {
    /// The relation of a contact to the owner of the address book.
    pub enum ContactRelationship {
        /// A friend.
        Friend = "friend",
        /// A relative.
        Family = "family",
        /// Somebody from work.
        Colleague = "colleague",
        /// Somebody known in passing.
        Acquaintance = "acquaintance",
        /// Somebody kept away.
        Blocked = "blocked",
        /// Somebody dear.
        Favorite = "favorite",
    }
}

/// One user's notes about another, with the block. The other doesn't see them.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "mainDB", id = "contacts", name = "Contacts")]
#[access(readers(user_id))]
#[retention(forever = "The user's own, as long as the account.")]
#[index(unique idx_user_contact(user_id, contact_user_id))]
#[index(idx_relationship(user_id, relationship))]
#[index(own idx_favorite(user_id, is_favorite))]
#[index(own idx_blocked(user_id, is_blocked))]
#[index(own idx_blockers(contact_user_id, is_blocked))]
pub struct Contact {
    /// Id of the document.
    pub id: String,
    /// User whose address book it is.
    #[attr(size = 256)]
    pub user_id: String,
    /// User it is about.
    #[attr(size = 256)]
    pub contact_user_id: String,
    /// Name shown to the owner in place of the other's own.
    #[attr(size = 100, text = Name)]
    pub nickname: Option<String>,
    /// The relation of the other to the owner.
    #[attr(default = ContactRelationship::Friend)]
    pub relationship: ContactRelationship,
    /// Whether the other may not reach the owner.
    #[attr(default = false)]
    pub is_blocked: bool,
    /// Whether the other stands at the top of the list.
    #[attr(default = false)]
    pub is_favorite: bool,
    /// Private notes.
    #[attr(size = 500, text = Words)]
    pub notes: Option<String>,
    /// Labels the owner sorts contacts by.
    #[attr(size = 50, text = Words)]
    pub tags: Vec<String>,
    /// When the two last exchanged anything.
    pub last_interaction: Option<Timestamp>,
    /// When the contact was added.
    pub added_at: Option<Timestamp>,
    /// When the contact last changed.
    pub updated_at: Option<Timestamp>,
}
