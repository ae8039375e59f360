//! The order in which all commits take their rows, so that none waits for another that waits for it.

use super::overlay::{Entry, Overlay};
use super::values::unique_indexes;
use crate::SqlValue;
use crate::tables::record::Record;

/// The entries in the order in which all commits take their rows. Events stand as they were added.
pub(super) fn sorted(overlay: &Overlay) -> Vec<&Entry> {
    let mut entries: Vec<&Entry> = overlay.entries().collect();
    entries.sort_by(|one, other| one.place().cmp(&other.place()));
    entries
}

/// Whether a row takes unique values of another that comes behind it: then those have to be freed first.
pub(super) fn frees_for_earlier(overlay: &Overlay) -> bool {
    overlay.entries().any(|taker| {
        let mut others = overlay.of_table(taker.table.0).map(|(_, other)| other);
        others.any(|other| other.id() > taker.id() && takes_values(taker, other))
    })
}

/// Whether a row takes unique values that another of its table had before.
pub(super) fn takes_values(taker: &Entry, other: &Entry) -> bool {
    let (Some(now), Some(had)) = (&taker.now, &other.before) else {
        return false;
    };
    let fold = |row: &Record, at: &usize| match &row.values[*at] {
        // Servers may not mind the case.
        SqlValue::Text(text) => SqlValue::Text(text.trim_end().to_lowercase()),
        value => value.clone(),
    };
    let mut indexes = unique_indexes(taker.table.0).into_iter();
    indexes.any(|(_, columns)| {
        let same = |at: &usize| fold(now, at) == fold(had, at);
        taker.changes(columns.iter().copied()) && columns.iter().all(same)
    })
}
