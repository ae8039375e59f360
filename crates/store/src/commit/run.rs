//! Carrying out planned statements inside an open transaction.

use std::rc::Rc;

use super::lower::Lowered;
use super::plan::{Origin, Step, Work};
use crate::connections::{Lease, outage};
use crate::driver::{DriverError, SqlValue};
use crate::error::StoreError;
use crate::sql::{Cache, OnExisting, Prepared, Shape, Table, gives_rows};

/// Why the statements didn't do what they should.
pub(super) struct Failure {
    pub error: StoreError,
    /// Whether the error is that of one batch on its own.
    pub exact: bool,
}

/// Runs the steps; gives, per batch and operation, how many documents it wrote or deleted.
pub(super) async fn run(
    lease: &Lease,
    cache: &Cache,
    batches: &[&Lowered],
    steps: Vec<Step>,
) -> Result<Vec<Vec<u64>>, Failure> {
    let mut affected: Vec<Vec<u64>> = batches
        .iter()
        .map(|batch| vec![0; batch.ops.len()])
        .collect();
    for step in steps {
        let origins = step.origins.clone();
        let exact = batches.len() == 1 && origins.len() == 1;
        let table = step.table();
        let proof = match execute(lease, cache, step).await {
            Ok(proof) => proof,
            Err(error) => {
                return Err(Failure {
                    error: blame(error, table),
                    exact,
                });
            }
        };
        let written = match proof {
            Proof::Each => 1,
            Proof::Number(number) => number,
            Proof::Nothing => 0,
            Proof::Failed(position) => {
                return Err(failed(batches, &origins, position, exact));
            }
        };
        for Origin { batch, op } in origins {
            affected[batch][op] = written;
        }
    }
    Ok(affected)
}

/// What a statement turned out to have done.
enum Proof {
    /// One document for each operation.
    Each,
    /// So many documents.
    Number(u64),
    /// Nothing, as it should.
    Nothing,
    /// Not what the operation at this position wanted; none: it isn't known which.
    Failed(Option<usize>),
}

impl Proof {
    /// As many rows as there should be, or else the operation at this position failed.
    fn of(rows: usize, expected: usize, position: Option<usize>) -> Proof {
        if rows == expected {
            Proof::Each
        } else {
            Proof::Failed(position)
        }
    }
}

async fn execute(lease: &Lease, cache: &Cache, mut step: Step) -> Result<Proof, DriverError> {
    let (shape, params) = step.take_statement();
    let prepared = cache.prepared(&shape);
    let params = prepared.params(params);
    let rows = lease.execute(&prepared.sql, &params).await?;
    match step.work {
        Work::Insert {
            existing: OnExisting::Conflict,
            ..
        } => Ok(Proof::Each),
        Work::One(_) | Work::Update { .. } => Ok(Proof::of(rows.len(), 1, Some(0))),
        Work::Insert { rows: 1, .. } => Ok(Proof::of(rows.len(), 1, Some(0))),
        Work::Insert { rows: all, .. } | Work::Updates { rows: all, .. } => {
            let changed = if gives_rows(all) {
                rows.len()
            } else {
                changes(lease, cache.prepared(&Shape::Changes)).await? as usize
            };
            Ok(Proof::of(changed, all, None))
        }
        Work::Some(_) => changes(lease, cache.prepared(&Shape::Changes))
            .await
            .map(Proof::Number),
        Work::Expect(_) => {
            let held = rows.first().map(Vec::as_slice).unwrap_or_default();
            let broken = held.iter().position(|holds| *holds != SqlValue::Integer(1));
            Ok(broken.map_or(Proof::Nothing, |position| Proof::Failed(Some(position))))
        }
    }
}

/// How many rows the last statement wrote.
async fn changes(lease: &Lease, prepared: Rc<Prepared>) -> Result<u64, DriverError> {
    let rows = lease.execute(&prepared.sql, &[]).await?;
    match rows.first().and_then(|row| row.first()) {
        Some(SqlValue::Integer(changes)) => Ok(changes.unsigned_abs()),
        other => Err(DriverError::Other(format!("changes() is {other:?}"))),
    }
}

fn failed(
    batches: &[&Lowered],
    origins: &[Origin],
    position: Option<usize>,
    exact: bool,
) -> Failure {
    let origin = origins[position.unwrap_or(0)];
    let label = batches[origin.batch].ops[origin.op].label;
    // Several expectations of one batch in a row are no less exact: the columns tell which.
    let in_a_row = batches.len() == 1 && position.is_some();
    Failure {
        error: StoreError::ConditionFailed {
            op: origin.op,
            label,
        },
        exact: exact || in_a_row,
    }
}

/// The error of a statement; a conflict names the index.
fn blame(error: DriverError, table: Option<Table>) -> StoreError {
    let (DriverError::Unique(columns), Some(table)) = (&error, table) else {
        return outage(error);
    };
    let prefix = format!("{}.", table.0.id);
    let columns: Vec<&str> = columns
        .split(", ")
        .map(|column| column.trim_start_matches(&prefix))
        .collect();
    let index = match columns.as_slice() {
        ["_id"] => Some("_id"),
        columns => {
            let of = |index: &&whisper_schema::Index| {
                index
                    .columns
                    .iter()
                    .map(|column| column.attribute)
                    .eq(columns.iter().copied())
            };
            table.0.indexes.iter().find(of).map(|index| index.key)
        }
    };
    match index {
        Some(index) => StoreError::Conflict {
            collection: table.0.id.to_owned(),
            index: index.to_owned(),
        },
        None => outage(error),
    }
}
