//! The writes of a commit that a deadlock undid, as far as the rows tell.
//!
//! A deadlock loses the first operations, up to one of them. So everything before an operation that is certainly lost is
//! lost, and everything from one on that is certainly done is done: a new row that is absent there was deleted by others since,
//! and isn't made again.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::order::takes_values;
use super::overlay::{Entry, Key, Overlay};
use crate::tables::record::Record;

/// Rows by table and id.
pub(super) type Found = HashMap<Key, Record>;

/// The rows don't tell which writes were undone.
#[derive(Debug)]
pub(super) struct Unclear;

/// The trace of a write in the row that it was for.
#[derive(Clone, Copy, PartialEq)]
enum Trace {
    /// It was undone.
    Lost,
    /// It was done.
    Done,
    /// The new row isn't there: it was undone, or others have deleted it since.
    Absent,
    /// The row has changed as often as it should have, if not more often: by this write, or by others.
    Raised,
    /// There is nothing to be done again, whether by this commit or another.
    Moot,
}

/// The rows whose writes have to be done again, given the operations of the commit and the rows as they are.
pub(super) fn missing(
    overlay: &Overlay,
    operations: &[Value],
    found: &Found,
) -> Result<HashSet<Key>, Unclear> {
    let places = places(operations);
    let mut traces = Vec::new();
    let mut lost = 0;
    let mut done = operations.len();
    for entry in overlay.entries() {
        let key = (entry.table.0.id, entry.id().to_owned());
        let named = (key.0.to_owned(), key.1.clone());
        let Some((first, last)) = places.get(&named).copied() else {
            continue;
        };
        let trace = match trace(entry, found.get(&key)) {
            Trace::Absent if is_blocked(entry, overlay, found) => Trace::Lost,
            trace => trace,
        };
        match trace {
            // A change is told by its first operation, which raises the revision.
            Trace::Lost if is_change(entry) => lost = lost.max(first + 1),
            Trace::Lost => lost = lost.max(last + 1),
            Trace::Done => done = done.min(last),
            Trace::Absent | Trace::Raised | Trace::Moot => {}
        }
        traces.push((key, last, trace));
    }
    let mut missing = HashSet::new();
    let (mut unclear, mut doubtful) = (false, false);
    for (key, last, trace) in traces {
        let again = match trace {
            Trace::Lost => true,
            Trace::Done | Trace::Moot => false,
            Trace::Absent if last >= done => false,
            Trace::Absent | Trace::Raised if last < lost => true,
            Trace::Absent => {
                unclear = true;
                false
            }
            // The last operation is never lost.
            Trace::Raised => {
                doubtful |= last < done && last + 1 < operations.len();
                false
            }
        };
        if again {
            missing.insert(key);
        }
    }
    // Without a trace of a deadlock there is no doubt about changes.
    if unclear || (doubtful && !missing.is_empty()) {
        return Err(Unclear);
    }
    Ok(missing)
}

/// Whether a row is changed, neither added nor deleted.
fn is_change(entry: &Entry) -> bool {
    entry.before.is_some() && entry.now.is_some() && !entry.deleted
}

fn trace(entry: &Entry, found: Option<&Record>) -> Trace {
    let Some(before) = &entry.before else {
        return match (&entry.now, found) {
            (None, _) => Trace::Moot,
            (Some(_), None) => Trace::Absent,
            (Some(_), Some(_)) => Trace::Done,
        };
    };
    // Another row of this id was made in its place, and has a place of its own.
    let is_other = found.is_some_and(|row| row.seq != before.seq);
    match (&entry.now, found) {
        (Some(_), None) if entry.deleted => Trace::Absent,
        (Some(_), Some(_)) if entry.deleted && is_other => Trace::Done,
        (Some(_), Some(_)) if entry.deleted => Trace::Lost,
        // Another commit has deleted it, which may have been before ours as well as since.
        (_, None) => Trace::Moot,
        (_, Some(_)) if is_other => Trace::Moot,
        // The server has looked once more whether it meets the filter, and it may be another since.
        (None, Some(row)) if entry.swept.is_some() && row.revision != before.revision => {
            Trace::Moot
        }
        (None, Some(_)) => Trace::Lost,
        (Some(now), Some(row)) if row.revision < now.revision => Trace::Lost,
        (Some(now), Some(row)) if !entry.fixed && has_values(entry, now, row) => Trace::Moot,
        (Some(_), Some(_)) => Trace::Raised,
    }
}

/// Whether a row has the values that it was given.
fn has_values(entry: &Entry, now: &Record, row: &Record) -> bool {
    let mut values = entry.set.iter().zip(now.values.iter().zip(&row.values));
    values.all(|(set, (now, found))| !set || now == found)
}

/// Whether a new row can't have been made, as another has still the unique values that it takes.
fn is_blocked(taker: &Entry, overlay: &Overlay, found: &Found) -> bool {
    let table = taker.table.0;
    overlay.of_table(table).any(|(id, other)| {
        let now = found.get(&(table.id, id.to_owned()));
        let stays = match (&other.before, now) {
            (Some(before), Some(now)) => (before.seq, before.revision) == (now.seq, now.revision),
            _ => false,
        };
        stays && id != taker.id() && takes_values(taker, other)
    })
}

/// Table and id of a row, as operations name them.
type Named = (String, String);

/// The first and the last of the operations that are about each row.
fn places(operations: &[Value]) -> HashMap<Named, (usize, usize)> {
    let mut places = HashMap::new();
    for (at, operation) in operations.iter().enumerate() {
        let table = operation["tableId"].as_str().unwrap_or_default();
        for id in ids(operation) {
            let place = places.entry((table.to_owned(), id)).or_insert((at, at));
            place.1 = at;
        }
    }
    places
}

/// The ids of the rows that an operation is about.
fn ids(operation: &Value) -> Vec<String> {
    if let Some(id) = operation["rowId"].as_str() {
        return vec![id.to_owned()];
    }
    let text = |value: &Value| value.as_str().map(str::to_owned);
    if let Some(rows) = operation["data"].as_array() {
        return rows.iter().filter_map(|row| text(&row["$id"])).collect();
    }
    // The first query of a delete of many names them.
    let named = operation["data"]["queries"][0].as_str().unwrap_or_default();
    let named: Value = serde_json::from_str(named).unwrap_or_default();
    let ids = named["values"].as_array();
    ids.into_iter().flatten().filter_map(text).collect()
}
