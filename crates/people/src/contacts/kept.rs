//! Somebody is kept as a contact, as a condition of queries and of a document that was read.

use whisper_schema::prelude::{Contact, ContactRelationship};
use whisper_store::Filter;

/// How somebody is kept as a contact; people who are blocked and nothing more are kept in neither way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// They stand in the owner's address book: also those whom the owner blocked since, who come back with the end of the block.
    InBook,
    /// They count as a contact of the owner's: they stand in the address book, and the owner hasn't blocked them.
    Counting,
}

impl Kept {
    /// Holds for the contacts that are kept so.
    pub fn filter(self) -> Filter<Contact> {
        let in_book = Filter::ne(Contact::RELATIONSHIP, ContactRelationship::Blocked);
        match self {
            Kept::InBook => in_book,
            Kept::Counting => Filter::and([Filter::eq(Contact::IS_BLOCKED, false), in_book]),
        }
    }

    /// Whether a contact is kept so.
    pub fn holds(self, contact: &Contact) -> bool {
        let in_book = contact.relationship != ContactRelationship::Blocked;
        match self {
            Kept::InBook => in_book,
            Kept::Counting => in_book && !contact.is_blocked,
        }
    }
}
