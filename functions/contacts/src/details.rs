//! A user's notes about a contact.

use serde_json::Value;
use whisper_people::Relationship;
use whisper_schema::Body;
use whisper_schema::body::forms::LINE;
use whisper_schema::body::{Change, Changes, Distinct};
use whisper_schema::prelude::{Column, Contact, ContactRelationship};

/// The most tags of a contact.
pub const MOST_TAGS: usize = 20;

/// The notes about somebody; a field that is left out stays, or starts as it does by default. `null` takes a value away,
/// where there may be none.
#[derive(Clone, Debug, Default, Body)]
#[body(changes = Contact)]
#[body(
    example = r#"{"nickname": "Aunt Bea", "relationship": "family", "isFavorite": true, "tags": ["Bern"]}"#
)]
pub struct ContactChange {
    /// Name shown to the caller in place of the other's own.
    #[field(is = LINE)]
    pub nickname: Change<String>,
    /// The relation of the other to the caller; friend at first.
    #[field(apart)]
    pub relationship: Option<Relationship>,
    /// Whether the other stands at the top of the list; false at first.
    pub is_favorite: Option<bool>,
    /// Private notes.
    pub notes: Change<String>,
    /// Labels to sort contacts by, at most 20; they take the place of those there were.
    #[field(count = 0..=MOST_TAGS, is = LINE)]
    pub tags: Option<Distinct<String>>,
}

impl ContactChange {
    /// Notes it; gives the columns that differ now, with their values.
    pub fn note(self, contact: &mut Contact) -> Vec<(Column<Contact>, Value)> {
        let relationship = self.relationship.map(ContactRelationship::from);
        let mut changed = self.apply(contact);
        if let Some(relationship) = relationship.filter(|new| *new != contact.relationship) {
            contact.relationship = relationship;
            changed.push((Contact::RELATIONSHIP, relationship.into()));
        }
        changed
    }
}
