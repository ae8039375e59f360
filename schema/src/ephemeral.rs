//! Documents that come to an end before they are removed.

use crate::{Column, Document, Timestamp};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A document that stands until its time has come, or until it is taken back.
///
/// A document that doesn't stand isn't shown, whether or not a job has removed it yet. Queries and conditions of
/// commits ask the same by the store's `Filter::stands` and `Filter::lasts`, which are made of these columns.
pub trait Ephemeral: Document {
    /// When it ends; one without a value lasts.
    const ENDS: Column<Self>;
    /// When it was taken back; where there is none, taking it back ends or removes it.
    const TAKEN_BACK: Option<Column<Self>> = None;

    /// The longest time that one stands for, in milliseconds, where there is one. An end that lies more than a day beyond
    /// it was made by a clock that was ahead, and counts as past.
    const LONGEST: Option<i64> = None;

    /// When it ends, if ever.
    fn ends_at(&self) -> Option<Timestamp>;

    /// When it was taken back, if it was.
    fn taken_back_at(&self) -> Option<Timestamp> {
        None
    }

    /// The latest end that can be true at a time.
    fn latest_end(now: Timestamp) -> Option<Timestamp> {
        Self::LONGEST.map(|longest| now.plus(longest + DAY))
    }

    /// Whether its time hasn't come. At the very millisecond of its end it has.
    fn lasts(&self, now: Timestamp) -> bool {
        let is_true = |at| Self::latest_end(now).is_none_or(|latest| at <= latest);
        self.ends_at().is_none_or(|at| at > now && is_true(at))
    }

    /// Whether it lasts and wasn't taken back.
    fn stands(&self, now: Timestamp) -> bool {
        self.lasts(now) && self.taken_back_at().is_none()
    }
}
