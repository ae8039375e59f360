//! Requests as the two see them.

use serde::Serialize;
use whisper_people::{People, UserSummaryView};
use whisper_schema::choices;
use whisper_schema::prelude::{ContactRequest, Timestamp};

choices! {
    /// How far a request got, as the two may know.
    pub enum RequestState {
        /// It waits for an answer. The one who asked isn't told that it was declined.
        Pending = "pending",
        /// The two are contacts of each other.
        Accepted = "accepted",
    }
}

/// A request to be contacts of each other.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ContactRequestView {
    /// The user who asked.
    pub requester_id: String,
    /// User who was asked.
    pub recipient_id: String,
    /// The other one of the two.
    pub user: UserSummaryView,
    /// How far it got.
    pub status: RequestState,
    /// When it was sent.
    pub created_at: Timestamp,
}

impl ContactRequestView {
    /// The request as `viewer` sees it.
    pub fn new(request: ContactRequest, viewer: &str, people: &People) -> Self {
        let other = match request.requester_id == viewer {
            true => &request.recipient_id,
            false => &request.requester_id,
        };
        Self {
            user: people.summary(other),
            status: RequestState::Pending,
            created_at: request.created_at,
            requester_id: request.requester_id,
            recipient_id: request.recipient_id,
        }
    }

    /// The same, accepted.
    pub fn accepted(self) -> Self {
        let status = RequestState::Accepted;
        Self { status, ..self }
    }
}
