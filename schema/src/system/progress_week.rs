//! Points that users earned in a week.

use crate::{Collection, Timestamp};

/// The points a user earned in one week, for the leaderboard of the week.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "progressWeeks",
    name = "Progress by week",
    system
)]
#[access(server = "Bookkeeping of the components; leaderboards show the outcome.")]
#[retention(until(expires_at), job = "xp-badges")]
#[index(idx_week_xp(week, xp desc))]
#[index(idx_expires(expires_at))]
pub struct ProgressWeek {
    /// Id of the document: a hash of user and week.
    pub id: String,
    /// User who earned it.
    #[attr(size = 256)]
    pub user_id: String,
    /// ISO week in UTC, such as `2026-W48`, so that all users' weeks are the same.
    #[attr(size = 8)]
    pub week: String,
    /// Experience points earned in the week.
    #[attr(default = 0, min = 0)]
    pub xp: i64,
    /// When it isn't needed any more.
    pub expires_at: Timestamp,
}
