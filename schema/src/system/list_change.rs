//! Changes of lists of conversations that no message tells of.

use crate::{Collection, Timestamp};

/// A conversation's change in one user's list (the scope is the user: they read it, muted it, left it, were sent away), or in the lists of
/// all its members (the scope is the conversation: its newest message was edited or deleted).
///
/// New messages have no row here: their own commit number tells of them, so that a send writes nothing for a list. Readers
/// keep the commit number of the newest row as their place, so no number is given twice.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "listChanges",
    name = "Changes of lists",
    system,
    monotonic
)]
#[access(server = "Bookkeeping: which conversations to read again.")]
#[retention(days(created_at) = 30, job = "retention")]
#[index(idx_scope(scope))]
pub struct ListChange {
    /// Id of the document.
    pub id: String,
    /// User or conversation whose lists it is about.
    #[attr(size = 36)]
    pub scope: String,
    /// Conversation that changed.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// When it changed.
    pub created_at: Timestamp,
}

impl ListChange {
    /// How long a place among them is good for catching up, in milliseconds: 28 days, less than they stay.
    pub const GOOD_FOR: i64 = 28 * 24 * 60 * 60 * 1000;
}
