//! Commits: whoever gets the connection first takes along what others have queued.

mod lower;
mod plan;
mod queue;
mod run;

use std::rc::Rc;
use std::time::Duration;

use whisper_schema::Timestamp;

use crate::batch::Committed;
use crate::connections::{Lease, PATIENCE, Patience, outage};
use crate::driver::DriverError;
use crate::error::StoreError;
use crate::gate::Pass;
use crate::line::Turn;
use crate::store::Inner;

pub(crate) use lower::{Lowered, LoweredOp, What, lower};
pub(crate) use queue::{Group, Outcome, Queue};

/// Commits a batch, alone or with others.
pub(crate) async fn commit(inner: &Rc<Inner>, batch: Lowered) -> Outcome {
    let ticket = inner.queue.enter(batch);
    loop {
        match ticket.turn().await {
            Turn::Done(result) => return result,
            Turn::Lead(_leader) => {
                let pass = inner.connections.writing.enter().await;
                lead(inner, pass).await;
            }
        }
    }
}

/// Commits what is queued. Every batch taken from the queue gets a result.
async fn lead(inner: &Rc<Inner>, pass: Pass) {
    let lease = match inner.connections.writer(pass).await {
        Ok(lease) => lease,
        Err(error) => return inner.queue.take().fail(&outage(error)),
    };
    if let Some(group) = inner.queue.take_statement() {
        return at_once(inner, lease, group).await;
    }
    if let Err(error) = begin(inner, &lease).await {
        // Those who came later still have time to wait for the lock.
        let since = match error {
            DriverError::Busy => PATIENCE / 2,
            _ => Duration::ZERO,
        };
        return inner.queue.take_older(since).fail(&outage(error));
    }
    // Now, not before: more may have come while the lock was another's.
    let group = inner.queue.take();
    if group.batches().is_empty() {
        // Their futures are gone.
        return end(lease, group, Vec::new(), false).await;
    }
    together(inner, lease, group).await;
}

/// A single statement is a transaction of its own, without BEGIN and COMMIT around it.
async fn at_once(inner: &Rc<Inner>, lease: Lease, mut group: Group) {
    let mut patience = Patience::new();
    group.committing();
    loop {
        let at = inner.tick();
        let batches = group.batches();
        let steps = plan::plan(&batches, at, false);
        let result = match run::run(&lease, &inner.cache, &batches, steps).await {
            Err(failure) if failure.error == StoreError::Busy => {
                if patience.wait(&inner.connections).await {
                    continue;
                }
                Err(failure.error)
            }
            Err(failure) => Err(failure.error),
            Ok(affected) => Ok(Committed {
                at,
                affected: affected.into_iter().flatten().collect(),
            }),
        };
        // After anything but a refusal of its own, the connection is closed.
        let keep = !matches!(
            result,
            Err(StoreError::Unavailable(_) | StoreError::Internal(_))
        );
        group.deliver(vec![result]);
        if keep {
            lease.give_back();
        }
        return;
    }
}

/// Waits for the database's write lock.
async fn begin(inner: &Inner, lease: &Lease) -> Result<(), DriverError> {
    let mut patience = Patience::new();
    loop {
        match lease.execute("BEGIN IMMEDIATE", &[]).await {
            Ok(_) => return Ok(()),
            Err(DriverError::Busy) if patience.wait(&inner.connections).await => {}
            Err(error) => return Err(error),
        }
    }
}

/// All batches as one: what nearly always works.
async fn together(inner: &Rc<Inner>, lease: Lease, group: Group) {
    let at = inner.tick();
    let batches = group.batches();
    let steps = plan::plan(&batches, at, true);
    match run::run(&lease, &inner.cache, &batches, steps).await {
        Ok(affected) => {
            let results = affected
                .into_iter()
                .map(|affected| Ok(Committed { at, affected }))
                .collect();
            end(lease, group, results, true).await;
        }
        Err(failure) => {
            if let Err(error) = lease.execute("ROLLBACK", &[]).await {
                return group.fail(&unsure(error));
            }
            if failure.exact {
                group.fail(&failure.error);
                return lease.give_back();
            }
            if let Err(error) = begin(inner, &lease).await {
                return group.fail(&outage(error));
            }
            one_by_one(inner, lease, group).await;
        }
    }
}

/// Each batch in a savepoint of its own: a bad one hurts nobody, and its error is exactly its own.
async fn one_by_one(inner: &Rc<Inner>, lease: Lease, group: Group) {
    let at = inner.tick();
    let batches = group.batches();
    let mut results = Vec::with_capacity(batches.len());
    for batch in &batches {
        match alone(inner, &lease, batch, at).await {
            Ok(result) => results.push(result),
            // The connection is of no use any more; closing it rolls everything back.
            Err(error) => return group.fail(&unsure(error)),
        }
    }
    end(lease, group, results, true).await;
}

/// One batch of several; the outer error is one of the transaction.
async fn alone(
    inner: &Inner,
    lease: &Lease,
    batch: &Lowered,
    at: Timestamp,
) -> Result<Outcome, DriverError> {
    lease.execute("SAVEPOINT batch", &[]).await?;
    let batches = [batch];
    let steps = plan::plan(&batches, at, false);
    let result = match run::run(lease, &inner.cache, &batches, steps).await {
        Ok(affected) => Ok(Committed {
            at,
            affected: affected.into_iter().flatten().collect(),
        }),
        Err(failure) => {
            lease.execute("ROLLBACK TO batch", &[]).await?;
            Err(failure.error)
        }
    };
    lease.execute("RELEASE batch", &[]).await?;
    Ok(result)
}

/// Ends the transaction, and only then tells anybody.
async fn end(lease: Lease, mut group: Group, results: Vec<Outcome>, keep: bool) {
    if !keep {
        if lease.execute("ROLLBACK", &[]).await.is_ok() {
            lease.give_back();
        }
        return;
    }
    group.committing();
    let committed = lease.execute("COMMIT", &[]).await;
    match committed {
        Ok(_) => {
            group.deliver(results);
            lease.give_back();
        }
        // Rolled back, it certainly didn't take place. The connection is closed all the same.
        Err(error) => match lease.execute("ROLLBACK", &[]).await {
            Ok(_) => group.fail(&outage(error)),
            Err(_) => group.fail(&unsure(error)),
        },
    }
}

/// The error of a transaction whose end nobody saw.
fn unsure(error: DriverError) -> StoreError {
    StoreError::Unavailable(format!("the transaction broke: {error}"))
}
