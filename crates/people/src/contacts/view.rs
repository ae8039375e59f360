//! Contacts, which only the owner of the address book sees.

use serde::Serialize;
use whisper_schema::prelude::{Contact, Timestamp};

use super::Relationship;
use crate::{People, UserSummaryView};

/// A contact.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ContactView {
    /// Id of the user.
    pub user_id: String,
    /// The user, as they show themselves to the caller.
    pub user: UserSummaryView,
    /// Name that the caller gave them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// Their relation to the caller.
    pub relationship: Relationship,
    /// Whether they stand at the top of the list.
    pub is_favorite: bool,
    /// Whether the caller blocked them.
    pub is_blocked: bool,
    /// The caller's private notes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// The caller's labels.
    pub tags: Vec<String>,
    /// When the two last wrote to each other in their direct conversation; absent where no message of it is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_interaction: Option<Timestamp>,
    /// When they were added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub added_at: Option<Timestamp>,
    /// When the caller's notes about them last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

impl ContactView {
    /// The contact with its user; `latest` is when the two last wrote to each other.
    pub fn new(contact: Contact, people: &People, latest: Option<Timestamp>) -> Self {
        Self {
            user: people.summary(&contact.contact_user_id),
            relationship: Relationship::of(&contact).unwrap_or_default(),
            last_interaction: latest.max(contact.last_interaction),
            user_id: contact.contact_user_id,
            nickname: contact.nickname,
            is_favorite: contact.is_favorite,
            is_blocked: contact.is_blocked,
            notes: contact.notes,
            tags: contact.tags,
            added_at: contact.added_at,
            updated_at: contact.updated_at,
        }
    }
}
