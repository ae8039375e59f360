//! Whether all of a commit was done, where a deadlock could have undone a part of it.
//!
//! On MariaDB a deadlock rolls the server's transaction back, and the server, which doesn't know that, goes on with the operation that met
//! it: the first ones are lost, and the commit is answered as if nothing had happened. Commits that take their rows in one order
//! never meet one. The others are looked after: missing writes are done again, if the rows are still such as decided
//! them.

use std::collections::{BTreeMap, HashSet};

use futures::future::LocalBoxFuture;
use whisper_schema::Collection;

use super::overlay::{Entry, Overlay};
use super::send::Sent;
use super::simulate::Course;
use super::stage::staged;
use crate::error::StoreError;
use crate::tables::Tables;
use crate::tables::record::Record;
use crate::tables::rows::side_by_side;

/// How often missing writes are done again.
const TIMES: usize = 3;

/// The outcome of a commit that was answered with a success.
pub(super) async fn look(tables: &Tables, course: &Course) -> Sent {
    let mut part = course.overlay.part(Entry::is_written);
    for _ in 0..TIMES {
        let missing = match missing(tables, &part).await {
            Ok(missing) if missing.is_empty() => return Sent::Done,
            Ok(missing) => missing,
            Err(error) => return Sent::Failed(error),
        };
        part = part.part(|entry| missing.contains(&(entry.table.0.id, entry.id().to_owned())));
        let again = Course {
            overlay: part,
            absences: Vec::new(),
            sweeps: course.sweeps.clone(),
        };
        let operations = staged(&again).operations;
        let sent = match tables.stage(&operations).await {
            Ok(transaction) => tables.end(&transaction).await,
            Err(sent) => sent,
        };
        match sent {
            Sent::Done => part = again.overlay,
            Sent::Lost | Sent::Failed(_) => break,
        }
    }
    let why = "a deadlock undid a part of the commit, which others have come in between of";
    Sent::Failed(StoreError::Unavailable(why.to_owned()))
}

/// Table and id of rows.
type Missing = HashSet<(&'static str, String)>;

/// The rows that aren't as a commit left them, and that no other commit can have made so.
async fn missing(tables: &Tables, overlay: &Overlay) -> Result<Missing, StoreError> {
    let mut ids: BTreeMap<&'static str, (&'static Collection, Vec<String>)> = BTreeMap::new();
    for entry in overlay.entries() {
        let of_table = ids.entry(entry.table.0.id);
        let of_table = of_table.or_insert((entry.table.0, Vec::new()));
        of_table.1.push(entry.id().to_owned());
    }
    type Read<'a> = LocalBoxFuture<'a, Result<(&'static str, Vec<Record>), StoreError>>;
    let reads = ids.into_values().map(|(table, ids)| {
        Box::pin(async move { Ok((table.id, tables.by_ids(table, ids).await?)) }) as Read<'_>
    });
    let mut rows = Vec::new();
    for read in side_by_side(reads.collect()).await {
        let (table, found) = read?;
        rows.extend(found.into_iter().map(|row| (table, row)));
    }
    let entries = overlay.entries().filter(|entry| {
        let mut found = rows.iter().filter(|(table, _)| *table == entry.table.0.id);
        let found = found.find(|(_, row)| row.id == entry.id());
        !is_done(entry, found.map(|(_, row)| row))
    });
    Ok(entries
        .map(|entry| (entry.table.0.id, entry.id().to_owned()))
        .collect())
}

/// Whether a row is as it was left, or as others have made it since.
fn is_done(entry: &Entry, found: Option<&Record>) -> bool {
    let Some(before) = &entry.before else {
        return found.is_some() == entry.now.is_some();
    };
    match (&entry.now, found) {
        // The server has looked once more whether it meets the filter, and it may be another since.
        (None, Some(found)) if entry.swept.is_some() => found.revision != before.revision,
        (None, found) => found.is_none(),
        // In its place another was made: it has a place of its own.
        (Some(_), found) if entry.deleted => found.is_some_and(|row| row.seq != before.seq),
        // Another commit has deleted it since.
        (Some(_), None) => true,
        (Some(now), Some(found)) => found.revision >= now.revision,
    }
}
