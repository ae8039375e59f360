//! Commits: the first to get the connection takes along the batches that others have queued.

mod called;
mod form;
mod locks;
mod lower;
mod many;
mod plan;
mod queue;
mod steps;

use std::rc::Rc;

use whisper_schema::Timestamp;

use crate::batch::Committed;
use crate::connections::{Lease, PATIENCE, Patience, outage};
use crate::database::Database;
use crate::driver::{Dialect, DriverError, SqlValue};
use crate::error::StoreError;
use crate::gate::Pass;
use crate::line::Turn;
use crate::sql::Program;

use form::{Form, Planned};
pub(crate) use lower::{Lowered, LoweredOp, What, lower};
use queue::Flight;
pub(crate) use queue::{Group, Outcome, Queue};

/// The commits to a database of SQL.
pub(crate) struct Commits {
    database: Rc<Database>,
    queue: Rc<Queue<Planned>>,
}

/// The reason for which a leader stops before its group is done. The rest of the group goes back to the queue.
enum Stop {
    /// Others hold the lock.
    Busy,
    /// The connection is of no use any more.
    Broken,
}

impl Commits {
    pub fn new(database: Rc<Database>) -> Self {
        Commits {
            database,
            queue: Queue::new(1),
        }
    }

    /// Commits a batch, alone or with others.
    pub async fn commit(&self, batch: Lowered) -> Outcome {
        let planned = Planned::new(batch, &self.database.cache);
        let ticket = self.queue.enter(planned);
        loop {
            match ticket.turn().await {
                Turn::Done(result) => return result,
                Turn::Lead(_leader) => {
                    let pass = self.database.connections.writing.enter().await;
                    self.lead(pass).await;
                }
            }
        }
    }

    /// Commits the queued batches. Every batch taken from the queue gets a result, or goes back.
    async fn lead(&self, pass: Pass) {
        let lease = match self.database.connections.writer(pass).await {
            Ok(lease) => lease,
            Err(error) => return self.queue.take().fail(&outage(error)),
        };
        let mut patience = Patience::new();
        loop {
            // Anew after each wait for the lock, as more may have come.
            let mut group = self.queue.take();
            let done = match self.database.cache.dialect() {
                Dialect::Sqlite => self.carry_out(&lease, &mut group).await,
                Dialect::Postgres => self.call(&lease, &mut group).await,
            };
            match done {
                Ok(()) => return lease.give_back(),
                Err(Stop::Broken) => return,
                Err(Stop::Busy) => {
                    drop(group);
                    if !patience.wait(&self.database.connections).await {
                        // Batches that came later still have time to wait.
                        let gone = self.queue.take_older(PATIENCE / 2);
                        gone.fail(&StoreError::Busy);
                        return lease.give_back();
                    }
                }
            }
        }
    }

    /// Commits a group. One that fails is halved until the bad one is alone, and its error exactly its own.
    async fn carry_out(&self, lease: &Lease, group: &mut Group<Planned>) -> Result<(), Stop> {
        let mut sizes = vec![group.len()];
        while let Some(size) = sizes.pop().filter(|size| *size > 0) {
            let error = match self.attempt(lease, group, size).await {
                Ok(done) => {
                    group.answer_first(done.into_iter().map(Ok).collect());
                    continue;
                }
                Err(error) => error,
            };
            match error {
                StoreError::Busy => return Err(Stop::Busy),
                StoreError::Unavailable(_) => {
                    group.answer_first(vec![Err(error); size]);
                    return Err(Stop::Broken);
                }
                _ if size > 1 => sizes.extend([size - size / 2, size / 2]),
                StoreError::Internal(_) => {
                    group.answer_first(vec![Err(error)]);
                    return Err(Stop::Broken);
                }
                refused => group.answer_first(vec![Err(refused)]),
            }
        }
        Ok(())
    }

    /// Commits the first batches of a group as one.
    async fn attempt(
        &self,
        lease: &Lease,
        group: &Group<Planned>,
        size: usize,
    ) -> Result<Vec<Committed>, StoreError> {
        let places = group.first(size);
        if let [place] = places.as_slice() {
            let Planned { batch, form } = &place.work;
            let done = self.alone(lease, batch, form, true, group.flight()).await;
            return match done {
                Err(StoreError::ConditionFailed { .. } | StoreError::Conflict { .. })
                    if !form.is_exact =>
                {
                    let form = Form::new(batch, false, &self.database.cache);
                    let done = self.alone(lease, batch, &form, false, group.flight());
                    Ok(vec![done.await?])
                }
                done => Ok(vec![done?]),
            };
        }
        let all: Vec<&Planned> = places.iter().map(|place| &place.work).collect();
        let program = all.first().and_then(|first| first.form.program.as_ref());
        let Some(program) = program else {
            return Err(StoreError::Internal("only programs are shared".into()));
        };
        let values: Vec<&[SqlValue]> = all.iter().map(|each| &*each.form.values).collect();
        let inserted = self.insert(lease, program, &values, group.flight()).await;
        // The error is that of one of the batches; alone each gets its own.
        let (at, counts) = inserted.map_err(|error| all[0].form.blame(&all[0].batch, error))?;
        let done = |each: &&Planned| each.form.committed(&each.batch, at, &counts);
        Ok(all.iter().map(done).collect())
    }

    /// Commits one batch.
    async fn alone(
        &self,
        lease: &Lease,
        batch: &Lowered,
        form: &Form,
        join: bool,
        flight: &Flight,
    ) -> Result<Committed, StoreError> {
        if let Some(shape) = &form.statement {
            flight.begin(1);
            let at = self.database.clock.tick();
            let ran = steps::statement(&self.database, lease, shape, form.values.clone()).await;
            flight.end();
            let rows = ran.map_err(|error| batch.blame(error))?;
            return match shape.tells() && rows.is_empty() {
                true => Err(batch.refused(0)),
                false => Ok(form.committed(batch, at, &[])),
            };
        }
        let Some(program) = &form.program else {
            return steps::transaction(&self.database, lease, batch, join, flight).await;
        };
        let inserted = self.insert(lease, program, &[&form.values], flight).await;
        let (at, counts) = inserted.map_err(|error| form.blame(batch, error))?;
        Ok(form.committed(batch, at, &counts))
    }

    /// Puts batches into their program. Gives their time, and how many rows were changed by the statements of the
    /// program that are asked.
    async fn insert(
        &self,
        lease: &Lease,
        program: &Rc<Program>,
        batches: &[&[SqlValue]],
        flight: &Flight,
    ) -> Result<(Timestamp, Vec<u64>), DriverError> {
        lease.prepare(program).await?;
        let (sql, rows, tells) = program.insert(batches.len());
        let at = self.database.clock.tick();
        let params = params(program, rows, at, batches);
        flight.begin(batches.len());
        let mut results = match lease.execute(sql, &params).await {
            Ok(results) => results,
            Err(error) => {
                flight.end();
                return Err(error);
            }
        };
        if let Some(ask) = program.ask().filter(|_| !tells) {
            let told = lease.execute(&ask, &[]).await;
            results = told.map_err(|error| DriverError::Unavailable(error.to_string()))?;
        }
        flight.end();
        let results = results.pop().unwrap_or_default();
        let mut numbers = results.iter().filter_map(|value| match value {
            SqlValue::Integer(number) => Some(*number),
            _ => None,
        });
        let at = match program.is_timed() {
            true => numbers.next().map_or(at, Timestamp::from_millis),
            false => at,
        };
        self.database.clock.given(at);
        Ok((at, numbers.map(i64::unsigned_abs).collect()))
    }
}

/// The values of so many rows: the time and the values of each batch, and rows of nothing.
fn params(program: &Program, rows: usize, at: Timestamp, batches: &[&[SqlValue]]) -> Vec<SqlValue> {
    let mut params = Vec::with_capacity(rows * program.width());
    for batch in batches {
        params.push(SqlValue::Integer(at.as_millis()));
        params.extend_from_slice(batch);
    }
    params.resize(rows * program.width(), SqlValue::Null);
    params
}
