//! Documents that come to an end before they are removed.

use crate::{Column, Document, Timestamp};

/// A document that stands until its time has come, or until it is taken back.
///
/// A document that doesn't stand isn't shown, whether or not a job has removed it yet. Queries and conditions of
/// commits ask the same by the store's `Filter::stands` and `Filter::lasts`, which are made of these columns.
pub trait Ephemeral: Document {
    /// When it ends; one without a value lasts.
    const ENDS: Column<Self>;
    /// When it was taken back; where there is none, taking it back ends or removes it.
    const TAKEN_BACK: Option<Column<Self>> = None;

    /// When it ends, if ever.
    fn ends_at(&self) -> Option<Timestamp>;

    /// When it was taken back, if it was.
    fn taken_back_at(&self) -> Option<Timestamp> {
        None
    }

    /// Whether its time hasn't come. At the very millisecond of its end it has.
    fn lasts(&self, now: Timestamp) -> bool {
        self.ends_at().is_none_or(|at| at > now)
    }

    /// Whether it lasts and wasn't taken back.
    fn stands(&self, now: Timestamp) -> bool {
        self.lasts(now) && self.taken_back_at().is_none()
    }
}
