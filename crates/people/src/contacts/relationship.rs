//! The relation of a contact to the owner of the address book.

use whisper_schema::choices;
use whisper_schema::prelude::{Contact, ContactRelationship};

choices! {
    /// The relation of a contact to the owner of the address book. Somebody who is kept away is no contact, but blocked.
    pub enum Relationship {
        /// A friend.
        Friend = "friend",
        /// A relative.
        Family = "family",
        /// Somebody from work.
        Colleague = "colleague",
        /// Somebody known in passing.
        Acquaintance = "acquaintance",
        /// Somebody dear.
        Favorite = "favorite",
    }
}

impl From<Relationship> for ContactRelationship {
    fn from(relationship: Relationship) -> Self {
        match relationship {
            Relationship::Friend => ContactRelationship::Friend,
            Relationship::Family => ContactRelationship::Family,
            Relationship::Colleague => ContactRelationship::Colleague,
            Relationship::Acquaintance => ContactRelationship::Acquaintance,
            Relationship::Favorite => ContactRelationship::Favorite,
        }
    }
}

impl Relationship {
    /// The relation of somebody who is kept as a contact; none of somebody who is only blocked.
    pub fn of(contact: &Contact) -> Option<Self> {
        Some(match contact.relationship {
            ContactRelationship::Friend => Relationship::Friend,
            ContactRelationship::Family => Relationship::Family,
            ContactRelationship::Colleague => Relationship::Colleague,
            ContactRelationship::Acquaintance => Relationship::Acquaintance,
            ContactRelationship::Favorite => Relationship::Favorite,
            ContactRelationship::Blocked => return None,
        })
    }
}
