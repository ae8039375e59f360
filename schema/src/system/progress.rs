//! Where users stand in the game.

use crate::{Collection, Timestamp};

/// The numbers that experience points, badges and streaks are computed from, beyond those that the profile shows.
///
/// The points stand here as well as in the profile, so that a leaderboard has an index to read.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "systemDB", id = "progress", name = "Progress", system)]
#[access(server = "Bookkeeping of the components; the profile shows the outcome.")]
#[retention(forever = "One document for each user.")]
#[index(idx_xp(xp desc))]
pub struct Progress {
    /// Id of the document: the user's id.
    pub id: String,
    /// Experience points collected in all, as in the profile.
    #[attr(default = 0, min = 0)]
    pub xp: i64,
    /// Commit number of the last activity that counted: an activity up to it counts no more.
    #[attr(default = 0, min = 0)]
    pub position: i64,
    /// Day of the last activity in the user's time zone, such as `2026-11-23`; none before the first.
    #[attr(size = 10)]
    pub last_active_day: Option<String>,
    /// When the last activity was; none before the first. It gives the day in a time zone chosen since.
    pub last_active_at: Option<Timestamp>,
    /// Most days in a row with activity.
    #[attr(default = 0, min = 0)]
    pub longest_streak: i64,
    /// How often the user did each kind of activity: a JSON object from kind to number.
    #[attr(size = 2000)]
    pub totals: String,
    /// When each badge was earned: a JSON object from key to time.
    #[attr(size = 5000)]
    pub badges: String,
    /// When it last changed.
    pub updated_at: Timestamp,
}
