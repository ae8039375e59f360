//! The operations of a server's transaction that bring the rows to the state in which the batches leave them.
//!
//! Every change of a row raises its revision first. Where the row's state decided something, the increment may not go
//! beyond the next revision: it fails if anybody was faster, and holds the row until the transaction ends. On a row
//! that was touched so, the operations after it do as they say. All commits take rows in one order: by database, table
//! and id. Where that can't be, as a row takes unique values that a later one frees, deletes come first and then the
//! other operations in the order of the batch.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::order::{frees_for_earlier, sorted};
use super::overlay::Entry;
use super::simulate::Course;
use crate::commit::{Lowered, What};
use crate::encode::ID;
use crate::sql::{OnExisting, Set};
use crate::tables::engine::Engine;
use crate::tables::parts::chunks;
use crate::tables::permissions::{self, PERMISSIONS};
use crate::tables::record::{REVISION_COLUMN, Record, outgoing};

/// Most operations of a transaction.
const MOST: usize = Engine::MOST;
/// Most rows of an operation that is about many.
const ROWS: usize = 100;

/// The operations that one row needs.
enum Need<'a> {
    Create(&'a Record),
    /// Any number of operations, in their order.
    Steps(Vec<Value>),
}

/// All operations of a transaction, in their order.
pub(super) struct Staged {
    pub operations: Vec<Value>,
    /// Whether the rows are taken in the one order that all commits keep: by database, table and id. Commits that keep
    /// it can't be caught in a deadlock with each other, which a server may answer as if all had been done.
    pub in_order: bool,
}

/// All operations; more than [`MOST`] if there is no way with fewer.
pub(super) fn staged(course: &Course) -> Staged {
    let one_by_one = singles(course);
    if one_by_one.operations.len() <= MOST {
        return one_by_one;
    }
    let Needs {
        held,
        deletes,
        writes,
    } = needs(sorted(&course.overlay), Style::Few);
    let creates = |(_, need): &(&Entry, Need<'_>)| matches!(need, Need::Create(_));
    let creates_alone = writes.iter().all(creates) && held.is_empty() && deletes.is_empty();
    let mut operations: Vec<Value> = held.into_iter().map(|(_, hold)| hold).collect();
    let sweeps = sweeps(course);
    let in_order = creates_alone && sweeps.is_empty();
    operations.extend(sweeps);
    operations.extend(deletes_at_once(&deletes));
    operations.extend(writes_at_once(writes));
    Staged {
        in_order: in_order || operations.len() == 1,
        operations,
    }
}

/// The one operation that does everything, if there is one: then no transaction is needed.
pub(super) fn lone(course: &Course) -> Option<Value> {
    // A request alone gives the row back the permissions it had before: a change of them meanwhile would be lost.
    let mut changed = course.overlay.entries().filter(|e| e.before.is_some());
    if changed.any(|entry| entry.grown > 0 && permissions::may_change(entry.table.0)) {
        return None;
    }
    let mut few = staged(course).operations;
    if few.len() == 2 {
        let needs = needs(sorted(&course.overlay), Style::Few);
        few = match needs.writes.into_iter().next() {
            Some((_, Need::Steps(steps))) => steps,
            _ => few,
        };
    }
    few.pop().filter(|_| few.is_empty())
}

/// An operation for each row and step: listeners for changes of rows hear of each.
fn singles(course: &Course) -> Staged {
    let in_order = !frees_for_earlier(&course.overlay);
    let entries = match in_order {
        true => sorted(&course.overlay),
        false => course.overlay.entries().collect(),
    };
    let Needs {
        held,
        deletes,
        writes,
    } = needs(entries, Style::Plain);
    let mut steps: Vec<(&Entry, Vec<Value>)> = Vec::new();
    steps.extend(held.into_iter().map(|(entry, hold)| (entry, vec![hold])));
    for (entry, id) in deletes {
        steps.push((entry, vec![operation(entry, Some(id), "delete", None)]));
    }
    for (entry, need) in writes {
        let more = match need {
            Need::Create(record) => {
                let data = data(entry, record);
                vec![operation(entry, Some(&record.id), "create", Some(data))]
            }
            Need::Steps(steps) => steps,
        };
        steps.push((entry, more));
    }
    if in_order {
        // Stable: the steps of a row, and events among each other, keep their order.
        steps.sort_by(|(one, _), (other, _)| one.place().cmp(&other.place()));
    }
    let steps = steps.into_iter().flat_map(|(_, steps)| steps);
    Staged {
        operations: steps.collect(),
        in_order,
    }
}

/// How a row's changes are said.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    /// In operations that don't collide with other changes of the row at the same time.
    Plain,
    /// In few operations: a row that changes meanwhile has to be tried again.
    Few,
}

type Deletes<'a> = Vec<(&'a Entry, &'a str)>;
type Writes<'a> = Vec<(&'a Entry, Need<'a>)>;

/// The operations that all rows need.
#[derive(Default)]
struct Needs<'a> {
    /// The operations that hold rows which are then deleted.
    held: Vec<(&'a Entry, Value)>,
    deletes: Deletes<'a>,
    writes: Writes<'a>,
}

fn needs(entries: Vec<&Entry>, style: Style) -> Needs<'_> {
    let mut needs = Needs::default();
    for entry in entries {
        if let (Some(before), true) = (&entry.before, entry.deleted) {
            // Rows that a filter met are held too, unless there are too many: then the server filters once more.
            let sweeps = style == Style::Few && entry.now.is_none();
            let swept = entry.swept.filter(|_| sweeps);
            if entry.fixed || (entry.swept.is_some() && swept.is_none()) {
                needs.held.push((entry, hold(entry, before, 1)));
            }
            if swept.is_none() {
                needs.deletes.push((entry, &before.id));
            }
        }
        match (&entry.before, &entry.now) {
            (Some(before), Some(now)) if !entry.deleted => {
                let steps = steps(entry, before, now, style);
                if !steps.is_empty() {
                    needs.writes.push((entry, Need::Steps(steps)));
                }
            }
            (_, Some(now)) => needs.writes.push((entry, Need::Create(now))),
            (_, None) => {}
        }
    }
    needs
}

/// The operations that change a row, or hold it.
fn steps(entry: &Entry, before: &Record, now: &Record, style: Style) -> Vec<Value> {
    if entry.grown == 0 {
        if !entry.fixed {
            return Vec::new();
        }
        // Held by a change that is taken back.
        let back = json!({"column": REVISION_COLUMN, "value": 1});
        return vec![
            raise(entry, before, 1),
            operation(entry, Some(&before.id), "decrement", Some(back)),
        ];
    }
    let attributes = entry.table.0.attributes.iter().zip(&now.values);
    let mut changed: Map<String, Value> = attributes
        .zip(&entry.set)
        .filter(|(_, set)| **set)
        .map(|((attribute, value), _)| (attribute.key.to_owned(), outgoing(attribute, value)))
        .collect();
    if permissions::decided_by(entry.table.0, &entry.set)
        && let Some(readers) = permissions::of(entry.table.0, now)
    {
        changed.insert(PERMISSIONS.to_owned(), readers.into());
    }
    if style == Style::Few && !entry.fixed {
        // An operator: the one case in which a text is meant to be one.
        let raised = json!({"method": "increment", "attribute": "", "values": [entry.grown]});
        changed.insert(REVISION_COLUMN.to_owned(), raised.to_string().into());
        return vec![operation(
            entry,
            Some(&before.id),
            "update",
            Some(changed.into()),
        )];
    }
    let mut steps = vec![raise(entry, before, entry.grown)];
    if !changed.is_empty() {
        steps.push(operation(
            entry,
            Some(&before.id),
            "update",
            Some(changed.into()),
        ));
    }
    steps
}

/// Raises the revision; if the row must be as it was read, to this very number.
fn raise(entry: &Entry, before: &Record, by: i64) -> Value {
    if entry.fixed {
        return hold(entry, before, by);
    }
    let data = json!({"column": REVISION_COLUMN, "value": by});
    operation(entry, Some(&before.id), "increment", Some(data))
}

/// Raises the revision of a row that is as it was read, and of no other.
fn hold(entry: &Entry, before: &Record, by: i64) -> Value {
    let data = json!({"column": REVISION_COLUMN, "value": by, "max": before.revision + by});
    operation(entry, Some(&before.id), "increment", Some(data))
}

fn operation(entry: &Entry, id: Option<&str>, action: &str, data: Option<Value>) -> Value {
    let table = entry.table.0;
    let mut operation = json!({
        "databaseId": table.database,
        "tableId": table.id,
        "action": action,
    });
    if let Some(id) = id {
        operation["rowId"] = id.into();
    }
    if let Some(data) = data {
        operation["data"] = data;
    }
    operation
}

/// A new row as it is sent.
pub(super) fn data(entry: &Entry, record: &Record) -> Value {
    let mut data = record.data(entry.table.0);
    data.insert(REVISION_COLUMN.to_owned(), record.revision.into());
    if let Some(readers) = permissions::of(entry.table.0, record).filter(|all| !all.is_empty()) {
        data.insert(PERMISSIONS.to_owned(), readers.into());
    }
    data.into()
}

/// Deletes of the rows that a filter met; the server applies the filter once more.
fn sweeps(course: &Course) -> Vec<Value> {
    let mut swept: BTreeMap<usize, Deletes<'_>> = BTreeMap::new();
    for entry in course.overlay.entries() {
        if let (Some(sweep), Some(before), None) = (entry.swept, &entry.before, &entry.now) {
            swept.entry(sweep).or_default().push((entry, &before.id));
        }
    }
    let all = swept.iter().flat_map(|(sweep, rows)| {
        let filters = course.sweeps.get(*sweep).cloned().unwrap_or_default();
        bulk_deletes(rows, &filters)
    });
    all.collect()
}

fn deletes_at_once(deletes: &Deletes<'_>) -> Vec<Value> {
    let mut tables: BTreeMap<&str, Deletes<'_>> = BTreeMap::new();
    for (entry, id) in deletes {
        tables
            .entry(entry.table.0.id)
            .or_default()
            .push((entry, id));
    }
    tables
        .values()
        .flat_map(|rows| bulk_deletes(rows, &[]))
        .collect()
}

fn bulk_deletes(rows: &Deletes<'_>, filters: &[Value]) -> Vec<Value> {
    let Some((entry, _)) = rows.first() else {
        return Vec::new();
    };
    let portions = rows.chunks(ROWS).flat_map(|rows| {
        let ids = rows.iter().map(|(_, id)| Value::from(*id)).collect();
        chunks(ID, ids)
    });
    let deletes = portions.map(|(ids, _)| {
        let mut queries = vec![ids.to_string()];
        queries.extend(filters.iter().map(Value::to_string));
        operation(entry, None, "bulkDelete", Some(json!({"queries": queries})))
    });
    deletes.collect()
}

/// New rows of a table in one operation, in their order.
fn writes_at_once(writes: Writes<'_>) -> Vec<Value> {
    let mut created: Vec<(&Entry, Vec<Value>)> = Vec::new();
    let mut steps = Vec::new();
    for (entry, need) in writes {
        match need {
            Need::Create(record) => {
                let mut row = data(entry, record);
                row["$id"] = record.id.as_str().into();
                match created.iter_mut().find(|(of, _)| of.table == entry.table) {
                    Some((_, rows)) => rows.push(row),
                    None => created.push((entry, vec![row])),
                }
            }
            Need::Steps(more) => steps.extend(more),
        }
    }
    let created = created.iter().flat_map(|(entry, rows)| {
        let portion =
            |rows: &[Value]| operation(entry, None, "bulkCreate", Some(rows.to_vec().into()));
        rows.chunks(ROWS).map(portion).collect::<Vec<_>>()
    });
    // New rows last, as after single operations: they may take unique values that a change frees.
    steps.extend(created);
    steps
}

/// The fewest operations a batch can become with any rows there: known before anything is sent.
pub(super) fn at_least(batch: &Lowered) -> usize {
    let mut created: BTreeMap<&str, usize> = BTreeMap::new();
    let mut changed: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for op in &batch.ops {
        let text = |slot: usize| match op.binds.0.get(slot) {
            Some(crate::sql::Bind::Value(crate::SqlValue::Text(id))) => id.clone(),
            _ => String::new(),
        };
        match &op.what {
            What::Insert {
                existing: OnExisting::Conflict,
            } => *created.entry(op.table.0.id).or_default() += 1,
            What::Update {
                id,
                sets,
                condition,
            } => {
                // A row whose state decides is held first.
                let adds = sets.iter().any(|set| matches!(set, Set::Add { .. }));
                let steps = 1 + usize::from(adds || condition.is_some());
                let known = changed.entry((op.table.0.id, text(*id))).or_default();
                *known = steps.max(*known);
            }
            What::Insert { .. }
            | What::Delete { .. }
            | What::DeleteSome { .. }
            | What::Expect { .. } => {}
        }
    }
    // A document that the batch itself adds takes its changes along.
    for op in &batch.ops {
        if let (What::Insert { .. }, Some(crate::sql::Bind::Value(crate::SqlValue::Text(id)))) =
            (&op.what, op.binds.0.first())
        {
            changed.remove(&(op.table.0.id, id.clone()));
        }
        if let What::Delete { id, .. } = &op.what
            && let Some(crate::sql::Bind::Value(crate::SqlValue::Text(id))) = op.binds.0.get(*id)
        {
            changed.remove(&(op.table.0.id, id.clone()));
        }
    }
    let created: usize = created.values().map(|rows| rows.div_ceil(ROWS)).sum();
    created + changed.values().sum::<usize>()
}
