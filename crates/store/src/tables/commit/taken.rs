//! Looks for the documents that a commit collided with: those with the same unique values.

use futures::future::LocalBoxFuture;
use serde_json::{Value, json};
use whisper_schema::Collection;

use super::overlay::{Entry, Overlay};
use super::values::{conflict, unique_indexes};
use crate::SqlValue;
use crate::error::StoreError;
use crate::tables::Tables;
use crate::tables::push::name;
use crate::tables::record::{Record, scalar};
use crate::tables::rows::side_by_side;

/// A batch, and the error it has.
pub(super) type Collision = Option<(usize, StoreError)>;

/// Whether a batch's document has the unique values of another one, as the server compares them.
pub(super) async fn look(tables: &Tables, overlay: &Overlay) -> Result<Collision, StoreError> {
    let mut reads: Vec<LocalBoxFuture<'_, Result<Collision, StoreError>>> = Vec::new();
    for entry in overlay.entries() {
        let Some(now) = &entry.now else { continue };
        for (index, columns) in unique_indexes(entry.table.0) {
            let lacks = columns.iter().any(|at| now.values[*at] == SqlValue::Null);
            if !lacks && entry.is_written() && entry.changes(columns.iter().copied()) {
                reads.push(Box::pin(collision(
                    tables, overlay, entry, now, index, columns,
                )));
            }
        }
    }
    for read in side_by_side(reads).await {
        if let Some(collision) = read? {
            return Ok(Some(collision));
        }
    }
    Ok(None)
}

async fn collision(
    tables: &Tables,
    overlay: &Overlay,
    entry: &Entry,
    now: &Record,
    index: &'static str,
    columns: Vec<usize>,
) -> Result<Collision, StoreError> {
    let table: &Collection = entry.table.0;
    let mut queries: Vec<Value> = columns
        .iter()
        .map(|at| {
            let attribute = &table.attributes[*at];
            let value = scalar(attribute, &now.values[*at]);
            json!({"method": "equal", "attribute": name(attribute.key), "values": [value]})
        })
        .collect();
    queries.push(json!({"method": "limit", "values": [10]}));
    let (rows, _) = tables.list(table, &queries, false).await?;
    let twin = rows.iter().filter_map(|row| row["$id"].as_str()).any(|id| {
        let known = overlay.get(entry.table, id);
        let gone =
            known.is_some_and(|other| other.deleted || other.changes(columns.iter().copied()));
        id != now.id && !gone
    });
    Ok(twin.then(|| (entry.batch, conflict(table, index))))
}
