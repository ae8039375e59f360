//! A batch that is too much for one statement: its statements in a transaction.

use super::lower::Lowered;
use super::plan::{Step, Work, plan};
use super::queue::Flight;
use crate::batch::Committed;
use crate::connections::{Lease, outage};
use crate::database::Database;
use crate::driver::{DriverError, SqlValue};
use crate::error::StoreError;
use crate::sql::{OnExisting, Shape, time_under_lock};
use whisper_schema::Timestamp;

/// Carries the batch out. When that fails nothing is left open, or the error is one that costs the connection.
pub(super) async fn transaction(
    database: &Database,
    lease: &Lease,
    batch: &Lowered,
    join: bool,
    flight: &Flight,
) -> Result<Committed, StoreError> {
    lease
        .execute("BEGIN IMMEDIATE", &[])
        .await
        .map_err(outage)?;
    let done = match run(database, lease, batch, join).await {
        Ok(done) => done,
        Err(error) => {
            rollback(lease).await?;
            return Err(error);
        }
    };
    flight.begin(1);
    let committed = lease.execute("COMMIT", &[]).await;
    if let Err(error) = committed {
        // Rolled back, it certainly didn't take place.
        rollback(lease).await?;
        flight.end();
        return Err(outage(error));
    }
    flight.end();
    Ok(done)
}

async fn rollback(lease: &Lease) -> Result<(), StoreError> {
    let undone = lease.execute("ROLLBACK", &[]).await;
    undone
        .map(|_| ())
        .map_err(|error| StoreError::Unavailable(format!("the transaction broke: {error}")))
}

async fn run(
    database: &Database,
    lease: &Lease,
    batch: &Lowered,
    join: bool,
) -> Result<Committed, StoreError> {
    let mut at = database.clock.tick();
    if batch.is_timed() {
        let now = [SqlValue::Integer(at.as_millis())];
        let rows = lease
            .execute(&time_under_lock(), &now)
            .await
            .map_err(outage)?;
        if let Some([SqlValue::Integer(given)]) = rows.first().map(Vec::as_slice) {
            at = Timestamp::from_millis(*given);
            database.clock.given(at);
        }
    }
    let mut affected: Vec<u64> = batch.ops.iter().map(|op| op.what.rows()).collect();
    for step in plan(batch, join).steps {
        let ops = step.ops.clone();
        let expected = step.rows();
        match execute(database, lease, step, at).await {
            Err(error) => return Err(batch.blame(error)),
            Ok(Proof::Unmet(place)) => return Err(batch.refused(ops[place])),
            Ok(Proof::Rows(rows)) => match expected {
                Some(expected) if expected != rows => return Err(batch.refused(ops[0])),
                Some(_) => {}
                None => affected[ops[0]] = rows,
            },
        }
    }
    Ok(Committed { at, affected })
}

/// The effect that a statement turned out to have.
enum Proof {
    /// Changed so many rows.
    Rows(u64),
    /// Nothing, as the condition at this place doesn't hold.
    Unmet(usize),
}

async fn execute(
    database: &Database,
    lease: &Lease,
    step: Step,
    at: Timestamp,
) -> Result<Proof, DriverError> {
    let expected = step.rows().unwrap_or(0);
    let asks = step.asks();
    let (shape, params) = step.statement_at(at);
    let rows = statement(database, lease, &shape, params).await?;
    if let Shape::Expect(_) = shape {
        let held = rows.first().map(Vec::as_slice).unwrap_or_default();
        let broken = held.iter().position(|holds| *holds != SqlValue::Integer(1));
        return Ok(broken.map_or(Proof::Rows(0), Proof::Unmet));
    }
    Ok(Proof::Rows(match asks {
        Asks::Nothing => expected,
        Asks::Rows => rows.len() as u64,
        Asks::Changes => changes(database, lease).await?,
    }))
}

/// Runs a statement.
pub(super) async fn statement(
    database: &Database,
    lease: &Lease,
    shape: &Shape,
    values: Vec<SqlValue>,
) -> Result<Vec<Vec<SqlValue>>, DriverError> {
    let prepared = database.cache.prepared(shape);
    let params = prepared.params(values);
    lease.execute(&prepared.sql, &params).await
}

/// How many rows the last statement changed.
async fn changes(database: &Database, lease: &Lease) -> Result<u64, DriverError> {
    let rows = statement(database, lease, &Shape::Changes, Vec::new()).await?;
    match rows.first().and_then(|row| row.first()) {
        Some(SqlValue::Integer(changes)) => Ok(changes.unsigned_abs()),
        other => Err(DriverError::Other(format!("changes() is {other:?}"))),
    }
}

/// How to learn how many rows a statement changed.
enum Asks {
    /// As many as there are documents, or it fails.
    Nothing,
    /// It gives a row for each.
    Rows,
    /// By another statement.
    Changes,
}

impl Step {
    /// How many rows it changes if all is well; none if any number is.
    fn rows(&self) -> Option<u64> {
        match &self.work {
            Work::Expect(_) => Some(0),
            Work::Insert { rows, .. } | Work::Updates { rows, .. } => Some(*rows as u64),
            Work::Update { .. } | Work::One(_) => Some(1),
            Work::Some(_) => None,
        }
    }

    fn asks(&self) -> Asks {
        match &self.work {
            Work::Expect(_) => Asks::Nothing,
            Work::Insert { existing, .. } if *existing == OnExisting::Conflict => Asks::Nothing,
            Work::Insert { rows: 1, .. } | Work::Update { .. } | Work::One(_) => Asks::Rows,
            Work::Insert { .. } | Work::Updates { .. } | Work::Some(_) => Asks::Changes,
        }
    }
}
