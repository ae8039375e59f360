//! The rows that have to be read before a batch can be decided.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures::future::LocalBoxFuture;
use whisper_schema::Collection;

use crate::SqlValue;
use crate::commit::{Lowered, LoweredOp, What};
use crate::error::StoreError;
use crate::sql::{Cond, OnExisting, Table};
use crate::tables::Tables;
use crate::tables::read::{pinned, text};
use crate::tables::record::Record;
use crate::tables::rows::side_by_side;
use crate::tables::wanted::Wanted;

/// Batches with their values, now that the time of the commit is known.
pub(super) struct Bound<'a> {
    pub batch: &'a Lowered,
    /// The values of each operation.
    pub slots: Vec<Vec<SqlValue>>,
}

/// An operation: position of its batch, and its own in it.
pub(super) type Place = (usize, usize);

/// The server's rows, as far as they matter to the batches.
#[derive(Default)]
pub(super) struct World {
    /// Rows by table and id, of those that were looked for.
    rows: HashMap<(&'static str, String), Record>,
    /// The rows that were found for an operation that looks for some, the oldest first.
    found: HashMap<Place, Vec<Record>>,
}

impl World {
    pub fn row(&self, table: Table, id: &str) -> Option<&Record> {
        self.rows.get(&(table.0.id, id.to_owned()))
    }

    pub fn found(&self, place: Place) -> &[Record] {
        self.found.get(&place).map_or(&[], Vec::as_slice)
    }
}

/// Rows that were looked for, and by which operation, if by one.
type Read = Result<(&'static Collection, Option<Place>, Vec<Record>), StoreError>;

/// Reads the rows that the batches need; also whether new rows are there already if `taken` is
/// asked.
pub(super) async fn look(
    tables: &Tables,
    batches: &[Bound<'_>],
    taken: bool,
) -> Result<World, StoreError> {
    let mut ids: BTreeMap<&'static str, (&'static Collection, BTreeSet<String>)> = BTreeMap::new();
    let mut reads: Vec<LocalBoxFuture<'_, Read>> = Vec::new();
    let touched = touched(batches);
    for (b, bound) in batches.iter().enumerate() {
        for (o, (op, slots)) in bound.batch.ops.iter().zip(&bound.slots).enumerate() {
            match named(op, slots, taken) {
                Named::Row(id) => {
                    let of_table = ids.entry(op.table.0.id);
                    let of_table = of_table.or_insert((op.table.0, BTreeSet::new()));
                    of_table.1.insert(id);
                }
                Named::Some(condition, limit) => {
                    // Rows that the batches write may no longer meet the condition by then.
                    let more = touched.get(op.table.0.id).copied().unwrap_or_default();
                    let wanted =
                        Wanted::oldest(op.table.0, condition, slots, limit.saturating_add(more));
                    reads.push(Box::pin(async move {
                        Ok((wanted.table, Some((b, o)), tables.rows(&wanted).await?))
                    }));
                }
                Named::Nothing => {}
            }
        }
    }
    for (table, ids) in ids.into_values() {
        reads.push(Box::pin(async move {
            let ids = ids.into_iter().collect();
            Ok((table, None, tables.by_ids(table, ids).await?))
        }));
    }
    let mut world = World::default();
    for read in side_by_side(reads).await {
        let (table, place, rows) = read?;
        match place {
            Some(place) => {
                world.found.insert(place, rows);
            }
            None => world.rows.extend(
                rows.into_iter()
                    .map(|row| ((table.id, row.id.clone()), row)),
            ),
        }
    }
    Ok(world)
}

/// The rows that an operation has to know.
enum Named<'a> {
    Row(String),
    /// The oldest rows that meet this, so many.
    Some(&'a Cond, usize),
    Nothing,
}

fn named<'a>(op: &'a LoweredOp, slots: &[SqlValue], taken: bool) -> Named<'a> {
    match &op.what {
        What::Insert {
            existing: OnExisting::Conflict,
        } if !taken => Named::Nothing,
        What::Insert { .. } => Named::Row(text(slots, 0)),
        What::Update { id, .. } | What::Delete { id, .. } => Named::Row(text(slots, *id)),
        What::DeleteSome { condition, limit } => {
            let limit = match slots.get(*limit) {
                Some(SqlValue::Integer(limit)) => usize::try_from(*limit).unwrap_or_default(),
                _ => 0,
            };
            Named::Some(condition, limit)
        }
        What::Expect { condition, some } => match pinned(condition, slots) {
            Some(id) => Named::Row(id),
            // An absence is looked up last, and not before.
            None if !some => Named::Nothing,
            None => Named::Some(condition, 1),
        },
    }
}

/// How many rows of each table the batches write.
fn touched(batches: &[Bound<'_>]) -> HashMap<&'static str, usize> {
    let mut touched = HashMap::new();
    for op in batches.iter().flat_map(|bound| &bound.batch.ops) {
        if matches!(
            op.what,
            What::Update { .. } | What::Delete { .. } | What::Insert { .. }
        ) {
            *touched.entry(op.table.0.id).or_default() += 1;
        }
    }
    touched
}
