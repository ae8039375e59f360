//! The grants of which users' reputation is made.

use crate::{Collection, Timestamp};

/// Reputation that one user gave another, once for each reason and subject.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "reputationGrants",
    name = "Reputation grants",
    system
)]
#[access(server = "It tells who took reputation from whom.")]
#[retention(forever = "Each reason counts once in all time.")]
#[index(idx_user_time(user_id, created_at desc))]
pub struct ReputationGrant {
    /// Id of the document: a hash of giver, receiver, reason and subject.
    pub id: String,
    /// User who got it.
    #[attr(size = 256)]
    pub user_id: String,
    /// User who gave it.
    #[attr(size = 256)]
    pub giver_id: String,
    /// Kind of the event it was given for, such as `story.reacted`.
    #[attr(size = 100)]
    pub reason: String,
    /// Points, negative if it was taken.
    pub points: i64,
    /// When it was given.
    pub created_at: Timestamp,
}
