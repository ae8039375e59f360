//! Domain events: things that happened, for the functions that react.

use crate::{Collection, Timestamp};

/// An event, appended by the commit that made it happen.
///
/// Consumers read events in the order of their commit number and keep it as their cursor; so a
/// number is never given twice, even after every event was swept.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "events",
    name = "Events",
    system,
    monotonic
)]
#[access(server = "The news of everybody, for the components that react.")]
#[retention(days(created_at) = 30, setting = "event_retention_days", job = "retention")]
#[parts(days = 5)]
#[index(idx_kind(kind))]
pub struct Event {
    /// Id of the document.
    pub id: String,
    /// Kind of the event, such as `message.sent`.
    #[attr(size = 100)]
    pub kind: String,
    /// Id of the document that it happened to.
    #[attr(size = 256)]
    pub subject: String,
    /// User who made it happen; none if the server did.
    #[attr(size = 36)]
    pub user_id: Option<String>,
    /// Details for consumers: a JSON object of ids, never contents.
    #[attr(size = 10000)]
    pub payload: String,
    /// When it happened.
    pub created_at: Timestamp,
}
