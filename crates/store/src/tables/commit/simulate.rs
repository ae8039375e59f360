//! Goes through a batch as SQL would, on rows that have been read.

use std::collections::HashSet;

use serde_json::Value;
use whisper_schema::Timestamp;

use super::overlay::{Entry, Overlay};
use super::values::{conflict, remove, unique_indexes, value, write};
use super::world::{Bound, Place, World};
use crate::SqlValue;
use crate::commit::{LoweredOp, What};
use crate::error::StoreError;
use crate::sql::{Cond, OnExisting, Set, Table};
use crate::tables::holds::holds;
use crate::tables::parts::filters;
use crate::tables::read::{pinned, text};
use crate::tables::record::Record;

/// The absence of rows that meet a condition: no row can be held for it, so it is looked up right before the commit.
pub(super) struct Absence {
    pub place: Place,
    pub table: Table,
    pub condition: Cond,
    pub slots: Vec<SqlValue>,
    /// Rows that the batches were about before, and for which it has been decided.
    pub decided: HashSet<String>,
}

/// Batches gone through so far.
#[derive(Default)]
pub(super) struct Course {
    pub overlay: Overlay,
    pub absences: Vec<Absence>,
    /// The queries of operations that delete rows by a filter: the server applies them again.
    pub sweeps: Vec<Vec<Value>>,
}

/// How many documents each operation wrote or deleted, or why the batch fails and at which operation.
pub(super) type Passed = Result<Vec<u64>, (usize, StoreError)>;

/// Goes through one batch. If it fails, it leaves no trace but the rows that it expects to be absent.
pub(super) fn pass(course: &mut Course, world: &World, number: usize, bound: &Bound<'_>) -> Passed {
    course.overlay.begin();
    let mut affected = Vec::with_capacity(bound.batch.ops.len());
    for (at, (op, slots)) in bound.batch.ops.iter().zip(&bound.slots).enumerate() {
        let mut step = Step {
            course: &mut *course,
            world,
            op,
            slots,
            place: (number, at),
        };
        match step.take() {
            Ok(number) => affected.push(number),
            Err(error) => {
                course.overlay.take_back();
                return Err((at, error));
            }
        }
    }
    Ok(affected)
}

/// The error of a condition that doesn't hold.
pub(super) fn failed(op: &LoweredOp, at: usize) -> StoreError {
    StoreError::ConditionFailed {
        op: at,
        label: op.label,
    }
}

struct Step<'a> {
    course: &'a mut Course,
    world: &'a World,
    op: &'a LoweredOp,
    slots: &'a [SqlValue],
    place: Place,
}

impl Step<'_> {
    fn take(&mut self) -> Result<u64, StoreError> {
        let op = self.op;
        match &op.what {
            What::Insert { existing } => self.insert(existing),
            What::Update {
                id,
                sets,
                condition,
            } => {
                let id = text(self.slots, *id);
                self.update(&id, sets, condition.as_ref())
            }
            What::Delete { id, condition } => {
                let id = text(self.slots, *id);
                self.delete(&id, condition.as_ref())
            }
            What::DeleteSome { condition, limit } => Ok(self.delete_some(condition, *limit)),
            What::Expect { condition, some } => self.expect(condition, *some),
        }
    }

    fn failed<T>(&self) -> Result<T, StoreError> {
        Err(failed(self.op, self.place.1))
    }

    /// A row as it is now.
    fn entry(&mut self, id: &str) -> &mut Entry {
        let (table, world) = (self.op.table, self.world);
        let overlay = &mut self.course.overlay;
        overlay.entry(table, id, || world.row(table, id).cloned())
    }

    fn insert(&mut self, existing: &OnExisting) -> Result<u64, StoreError> {
        let table = self.op.table;
        let id = text(self.slots, 0);
        let count = table.0.attributes.len();
        let values = self.slots.get(1..=count).unwrap_or_default().to_vec();
        if self.entry(&id).now.is_some() {
            return match existing {
                OnExisting::Conflict => Err(conflict(table.0, "_id")),
                OnExisting::Replace => {
                    let batch = self.place.0;
                    let entry = self.entry(&id);
                    entry.batch = batch;
                    write(entry, values.into_iter().enumerate());
                    self.unique(&id)
                }
                OnExisting::Patch { sets, condition } => self.update(&id, sets, condition.as_ref()),
            };
        }
        let seq = self.course.overlay.next_place();
        let batch = self.place.0;
        let entry = self.entry(&id);
        entry.batch = batch;
        entry.now = Some(Record {
            id: id.clone(),
            seq,
            revision: 1,
            created: Timestamp::MAX,
            values,
        });
        self.unique(&id)
    }

    fn update(
        &mut self,
        id: &str,
        sets: &[Set],
        condition: Option<&Cond>,
    ) -> Result<u64, StoreError> {
        let (table, slots, batch) = (self.op.table, self.slots, self.place.0);
        let Some(record) = self.entry(id).now.clone() else {
            return self.failed();
        };
        if condition.is_some_and(|condition| !holds(condition, table.0, &record, slots)) {
            return self.failed();
        }
        let mut values = Vec::with_capacity(sets.len());
        for set in sets {
            match value(set, table.0, &record, slots) {
                Some(value) => values.push(value),
                None => return self.failed(),
            }
        }
        let adds = sets.iter().any(|set| matches!(set, Set::Add { .. }));
        let entry = self.entry(id);
        entry.fixed |= adds || condition.is_some();
        entry.batch = batch;
        write(entry, values);
        self.unique(id)
    }

    fn delete(&mut self, id: &str, condition: Option<&Cond>) -> Result<u64, StoreError> {
        let (table, slots, batch) = (self.op.table, self.slots, self.place.0);
        let Some(record) = &self.entry(id).now else {
            return self.failed();
        };
        if condition.is_some_and(|condition| !holds(condition, table.0, record, slots)) {
            return self.failed();
        }
        let entry = self.entry(id);
        entry.fixed |= condition.is_some();
        entry.batch = batch;
        remove(entry);
        Ok(1)
    }

    /// Deletes the oldest rows that meet the condition.
    fn delete_some(&mut self, condition: &Cond, limit: usize) -> u64 {
        let limit = match self.slots.get(limit) {
            Some(SqlValue::Integer(limit)) => usize::try_from(*limit).unwrap_or(usize::MAX),
            _ => 0,
        };
        let batch = self.place.0;
        let mut rows = self.meeting(condition);
        rows.sort_by_key(|(seq, _)| *seq);
        rows.truncate(limit);
        let world = self.world;
        let found = world.found(self.place);
        let sweep = self.course.sweeps.len();
        self.course
            .sweeps
            .push(filters(self.op.table.0, condition, self.slots));
        for (_, id) in &rows {
            let before = || found.iter().find(|row| row.id == *id).cloned();
            let entry = self.course.overlay.entry(self.op.table, id, before);
            let alone = !entry.fixed && !entry.is_written();
            entry.swept = alone.then_some(sweep);
            entry.batch = batch;
            remove(entry);
        }
        rows.len() as u64
    }

    /// The rows that meet a condition now, as far as they are known: place and id.
    fn meeting(&self, condition: &Cond) -> Vec<(i64, String)> {
        let table = self.op.table;
        let overlay = &self.course.overlay;
        let meets = |row: &Record| holds(condition, table.0, row, self.slots);
        let touched = overlay
            .of_table(table.0)
            .filter_map(|(_, entry)| entry.now.as_ref());
        let others = self.world.found(self.place).iter();
        let others = others.filter(|row| overlay.get(table, &row.id).is_none());
        let all = touched.chain(others).filter(|row| meets(row));
        all.map(|row| (row.seq, row.id.clone())).collect()
    }

    fn expect(&mut self, condition: &Cond, some: bool) -> Result<u64, StoreError> {
        if let Some(id) = pinned(condition, self.slots) {
            return self.expect_row(&id, condition, some);
        }
        let met = self.meeting(condition);
        if !some {
            if !met.is_empty() {
                return self.failed();
            }
            self.absent(condition);
            return Ok(0);
        }
        // One that is held anyway costs nothing.
        let overlay = &self.course.overlay;
        let held = |id: &str| {
            let entry = overlay.get(self.op.table, id);
            entry.is_some_and(|entry| entry.fixed || entry.before.is_none())
        };
        let Some(id) = met.iter().find(|(_, id)| held(id)).or(met.first()) else {
            return self.failed();
        };
        let id = id.1.clone();
        let found = self.world.found(self.place);
        let before = || found.iter().find(|row| row.id == id).cloned();
        self.course.overlay.entry(self.op.table, &id, before).fixed = true;
        Ok(0)
    }

    /// An expectation about one row, which can be held if it is there.
    fn expect_row(&mut self, id: &str, condition: &Cond, some: bool) -> Result<u64, StoreError> {
        let (table, slots) = (self.op.table, self.slots);
        let now = self.entry(id).now.clone();
        let met = now
            .as_ref()
            .is_some_and(|row| holds(condition, table.0, row, slots));
        if met != some {
            return self.failed();
        }
        if now.is_some() {
            self.entry(id).fixed = true;
        } else if self.entry(id).before.is_none() {
            self.absent(condition);
        }
        Ok(0)
    }

    fn absent(&mut self, condition: &Cond) {
        let table = self.op.table;
        let touched = self.course.overlay.of_table(table.0);
        let touched = touched.filter(|(_, entry)| entry.before.is_some() || entry.is_written());
        let decided = touched.map(|(id, _)| id.to_owned()).collect();
        self.course.absences.push(Absence {
            place: self.place,
            table,
            condition: condition.clone(),
            slots: self.slots.to_vec(),
            decided,
        });
    }

    /// Fails if another row that the batches are about has the same values of a unique index.
    fn unique(&self, id: &str) -> Result<u64, StoreError> {
        let table = self.op.table.0;
        let overlay = &self.course.overlay;
        let Some(entry) = overlay.get(self.op.table, id) else {
            return Ok(1);
        };
        let Some(now) = &entry.now else { return Ok(1) };
        for (index, columns) in unique_indexes(table) {
            let of = |row: &Record| -> Vec<SqlValue> {
                columns.iter().map(|at| row.values[*at].clone()).collect()
            };
            let values = of(now);
            if values.contains(&SqlValue::Null) || !entry.changes(columns.iter().copied()) {
                continue;
            }
            let twin = overlay
                .of_table(table)
                .filter_map(|(_, other)| other.now.as_ref())
                .any(|other| other.id != id && of(other) == values);
            if twin {
                return Err(conflict(table, index));
            }
        }
        Ok(1)
    }
}
