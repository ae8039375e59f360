//! Whether all of a commit was done, where a deadlock could have undone a part of it.
//!
//! On MariaDB a deadlock rolls the server's transaction back, and the server, which doesn't know that, goes on with the operation that met
//! it: the first ones are lost, and the commit is answered as if nothing had happened. Commits that take their rows in one order
//! never meet one. The others are looked after: missing writes are done again, if the rows are still such as decided
//! them.

use std::collections::BTreeMap;

use futures::future::LocalBoxFuture;
use serde_json::Value;
use whisper_schema::Collection;

use super::overlay::{Entry, Overlay};
use super::send::Sent;
use super::simulate::Course;
use super::stage::staged;
use super::traces::{Found, Unclear, missing};
use crate::error::StoreError;
use crate::tables::Tables;
use crate::tables::record::Record;
use crate::tables::rows::side_by_side;

/// How often missing writes are done again.
const TIMES: usize = 3;

/// The outcome of a commit of these operations that was answered with a success.
pub(super) async fn look(tables: &Tables, course: &Course, operations: &[Value]) -> Sent {
    let mut part = course.overlay.part(Entry::is_written);
    let mut operations = operations.to_vec();
    for _ in 0..TIMES {
        let found = match found(tables, &part).await {
            Ok(found) => found,
            // It took place, in whole or in part: nothing else may be said of it, with any error.
            Err(error) => return unknown(&format!("committed, not verified: {error}")),
        };
        let missing = match missing(&part, &operations, &found) {
            Ok(missing) if missing.is_empty() => return Sent::Done,
            Ok(missing) => missing,
            Err(Unclear) => break,
        };
        part = part.part(|entry| missing.contains(&(entry.table.0.id, entry.id().to_owned())));
        let again = Course {
            overlay: part,
            absences: Vec::new(),
            sweeps: course.sweeps.clone(),
        };
        operations = staged(&again).operations;
        let sent = match tables.stage(&operations).await {
            Ok(transaction) => tables.end(&transaction).await,
            Err(sent) => sent,
        };
        match sent {
            Sent::Done => part = again.overlay,
            Sent::Lost | Sent::Failed(_) => break,
        }
    }
    unknown("a deadlock undid a part of the commit, which others have come in between of")
}

fn unknown(why: &str) -> Sent {
    Sent::Failed(StoreError::Unavailable(why.to_owned()))
}

/// The rows of a commit as they are now.
async fn found(tables: &Tables, overlay: &Overlay) -> Result<Found, StoreError> {
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
    let mut all = Found::new();
    for read in side_by_side(reads.collect()).await {
        let (table, rows) = read?;
        all.extend(rows.into_iter().map(|row| ((table, row.id.clone()), row)));
    }
    Ok(all)
}
