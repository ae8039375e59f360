//! People whose presence a session wants to hear of.

use crate::{Collection, Timestamp};

/// The people whose presence the streams of a session hear of, beside its user's contacts. The id is a hash of user and session.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "presenceWatches",
    name = "Watched people",
    system
)]
#[access(server = "It tells whom somebody looks at.")]
#[retention(until(expires_at), job = "retention")]
#[index(idx_expires(expires_at))]
pub struct PresenceWatch {
    /// Id of the document: a hash of user and session.
    pub id: String,
    /// User who watches.
    #[attr(size = 36)]
    pub user_id: String,
    /// Users who are watched, at most 200.
    #[attr(size = 36)]
    pub user_ids: Vec<String>,
    /// When it is forgotten, unless it is set again.
    pub expires_at: Timestamp,
}
