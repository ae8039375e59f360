//! Points that users earned on a day.

use crate::{Collection, Timestamp};

/// The points a user earned on one day of their time zone: daily caps are held against it.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "progressDays",
    name = "Progress by day",
    system
)]
#[access(server = "Bookkeeping of the components.")]
#[retention(until(expires_at), job = "xp-badges")]
#[index(idx_expires(expires_at))]
pub struct ProgressDay {
    /// Id of the document: a hash of user and day.
    pub id: String,
    /// User who earned it.
    #[attr(size = 256)]
    pub user_id: String,
    /// Day in the user's time zone, such as `2026-11-23`.
    #[attr(size = 10)]
    pub day: String,
    /// Experience points earned on the day.
    #[attr(default = 0, min = 0)]
    pub xp: i64,
    /// How often each kind of activity earned something: a JSON object from kind to number.
    #[attr(size = 2000)]
    pub counts: String,
    /// When no cap can be held against it any more.
    pub expires_at: Timestamp,
}
