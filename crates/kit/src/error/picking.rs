//! The client's faults, picked out of absent documents and of the store's errors.

use whisper_schema::Timestamp;
use whisper_store::StoreError;

use super::{Code, Error, Result};

/// Turns an absent document into the one 404.
pub trait OptionExt<T> {
    /// The value, or [`Error::not_found`].
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is none.
    fn or_not_found(self) -> Result<T>;
}

impl<T> OptionExt<T> for Option<T> {
    fn or_not_found(self) -> Result<T> {
        self.ok_or_else(Error::not_found)
    }
}

/// A limit that a commit counts, and fails at when it is reached.
pub trait Limiting {
    /// The label of its condition in the batch.
    fn label(&self) -> &'static str;

    /// The refusal, with when to try again.
    fn refusal(&self, now: Timestamp) -> Error;
}

/// Picks the client's faults out of the store's errors. An error that isn't picked stays a fault; several may stand in
/// a row.
pub trait ResultExt<T>: Sized {
    /// A conflict on the unique index `index` (or `_id`) becomes this refusal.
    ///
    /// # Errors
    /// The refusal; any other error as it was.
    fn on_conflict(self, index: &str, code: Code, detail: &str) -> Result<T>;

    /// A failed condition with this label becomes this refusal.
    ///
    /// # Errors
    /// The refusal; any other error as it was.
    fn on_failed(self, label: &str, code: Code, detail: &str) -> Result<T>;

    /// A commit that this limit stopped becomes the limit's refusal.
    ///
    /// # Errors
    /// The refusal; any other error as it was.
    fn on_reached(self, limit: &impl Limiting, now: Timestamp) -> Result<T>;
}

impl<T, E: Into<Error>> ResultExt<T> for Result<T, E> {
    fn on_conflict(self, index: &str, code: Code, detail: &str) -> Result<T> {
        self.map_err(|error| {
            error.into().picked(
                code,
                detail,
                |store| matches!(store, StoreError::Conflict { index: on, .. } if on == index),
            )
        })
    }

    fn on_failed(self, label: &str, code: Code, detail: &str) -> Result<T> {
        self.map_err(|error| {
            error
                .into()
                .picked(code, detail, |store| store.failed_at(label))
        })
    }

    fn on_reached(self, limit: &impl Limiting, now: Timestamp) -> Result<T> {
        self.map_err(|error| {
            let error = error.into();
            match &error.store {
                Some(store) if store.failed_at(limit.label()) => limit.refusal(now),
                _ => error,
            }
        })
    }
}
