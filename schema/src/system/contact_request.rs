//! Requests to be contacts of each other.

use crate::{Collection, Column, Ephemeral, Timestamp, choices};

choices! {
    /// The outcome of a request.
    pub enum ContactRequestStatus {
        /// The recipient hasn't answered.
        Pending = "pending",
        /// The recipient doesn't want it. The requester isn't told, and can't ask again while it lasts.
        Declined = "declined",
        /// The requester took it back after it was declined. It stays declined if they ask again.
        Withdrawn = "withdrawn",
    }
}

/// A user's request to another to be contacts of each other. There is one for two people, in either direction: its id is a hash of
/// both, so that requests that cross meet. One that is accepted is gone.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "contactRequests",
    name = "Contact requests",
    system
)]
#[access(server = "The one who asked isn't told that it was declined.")]
#[retention(until(expires_at), job = "retention")]
#[index(idx_recipient(recipient_id, status))]
#[index(idx_requester(requester_id, status))]
#[index(idx_expires(expires_at))]
pub struct ContactRequest {
    /// Id of the document: a hash of the two users.
    pub id: String,
    /// User who asked.
    #[attr(size = 256)]
    pub requester_id: String,
    /// User who was asked.
    #[attr(size = 256)]
    pub recipient_id: String,
    /// The outcome of it.
    #[attr(default = ContactRequestStatus::Pending)]
    pub status: ContactRequestStatus,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl ContactRequest {
    /// How long one lasts, in milliseconds: 90 days.
    pub const LIFETIME: i64 = 90 * 24 * 60 * 60 * 1000;
}

impl Ephemeral for ContactRequest {
    const ENDS: Column<ContactRequest> = ContactRequest::EXPIRES_AT;
    const LONGEST: Option<i64> = Some(ContactRequest::LIFETIME);

    fn ends_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}
