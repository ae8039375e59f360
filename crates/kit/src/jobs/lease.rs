//! The lease of a job: of all calls that would run it, on whichever host, one has it at a time.
//!
//! A lease ends by the clock that all hosts have in common ([`Store::time`](whisper_store::Store::time)), which is asked at each step (on TablesDB there is none, and each function's own is taken): a host whose own
//! clock is ahead sees no end that hasn't come, and one whose clock was ahead leaves none behind that others would wait for. The row's
//! revision decides between two that want it, and its holder's renewals raise it. So nobody takes a lease that was renewed since they looked.
//!
//! A host that stands still for longer than a lease lasts, and then goes on, has lost it: its next renewal finds that, and ends the run. Up to then
//! two may be at work, so a job has to bear that, as it bears being cut off at any point.

use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{JobLease, JobRun};
use whisper_store::{Batch, Filter, Get, Patch};

use super::Call;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::retry::Attempt;

/// How long a lease lasts from its last renewal, in milliseconds: a run that was killed holds the job up for no longer.
const LASTS: i64 = 30_000;
/// How often it is renewed: two renewals in a row may fail.
const RENEWED: Duration = Duration::from_secs(10);
/// An end further ahead than this, in milliseconds, is of a clock that has been set back since: no lease lasts so long.
const FARTHEST: i64 = 5 * 60_000;

/// The lease of one run.
pub(super) struct Lease<'a> {
    ctx: &'a Ctx,
    job: String,
    run: String,
    due: Option<Timestamp>,
}

/// The answer to a call that wants the lease.
pub(super) enum Taken<'a> {
    /// It has the lease, and its run is kept as begun.
    Ours(Lease<'a>),
    /// Another one has it, for so many seconds at least; or has had it for the same time in the schedule.
    Elsewhere { again_in_seconds: Option<u64> },
}

impl<'a> Lease<'a> {
    /// Takes it for a run, which is kept as begun in the same commit; unless another run has it.
    pub async fn take(ctx: &'a Ctx, call: Call, run: &JobRun) -> Result<Taken<'a>> {
        ctx.retry(async || attempt(ctx, call, run).await).await
    }

    /// Does the work, and renews the lease meanwhile. When another run has taken the lease over the work is dropped, as it would be on a host
    /// that is killed.
    pub async fn hold(&self, work: impl Future<Output = Result<()>>) -> Result<()> {
        let mut work = pin!(work);
        loop {
            let rest = pin!(self.ctx.rest(RENEWED));
            if let Either::Left((outcome, _)) = select(work.as_mut(), rest).await {
                return outcome;
            }
            match select(work.as_mut(), pin!(self.renew())).await {
                Either::Left((outcome, renewing)) => {
                    // A commit in its middle is let end.
                    renewing.await;
                    return outcome;
                }
                Either::Right((true, _)) => {}
                Either::Right((false, _)) => {
                    let why = "another run has taken the job over, as this one stood still";
                    return Err(Error::internal(why));
                }
            }
        }
    }

    /// Whether the run still has it. While the database can't be reached that isn't known, and the next renewal tells.
    async fn renew(&self) -> bool {
        let renewed = async {
            let until = self.ctx.store().await?.time().await?.plus(LASTS);
            let longer = Patch::new().set(JobLease::UNTIL, until);
            let batch = Batch::new().update_if(&self.job, longer, self.is_ours());
            self.ctx.try_commit(batch).await
        };
        !matches!(renewed.await, Ok(None))
    }

    /// Keeps the run as ended, and gives the lease back in the same commit, unless somebody else has it by now.
    pub async fn give_back(&self, ended: &JobRun) -> Result<()> {
        let free = Patch::new().unset(JobLease::HOLDER).unset(JobLease::UNTIL);
        let free = match self.due {
            Some(due) => free.set(JobLease::RAN_FOR, due),
            None => free,
        };
        let end = Batch::new().upsert(ended);
        let both = end.update_if(&self.job, free, self.is_ours());
        if self.ctx.try_commit(both).await?.is_none() {
            let end = Batch::new().upsert(ended);
            self.ctx.store().await?.commit(end).await?;
        }
        Ok(())
    }

    fn is_ours(&self) -> Filter<JobLease> {
        Filter::eq(JobLease::HOLDER, self.run.as_str())
    }
}

async fn attempt<'a>(ctx: &'a Ctx, call: Call, run: &JobRun) -> Result<Attempt<Taken<'a>>> {
    // The time comes first: a renewal between the two only has the lease last longer.
    let now = ctx.store().await?.time().await?;
    let found = ctx.read(Get::<JobLease>::id(&run.job)).await?;
    if let Some(lease) = &found
        && let Some(elsewhere) = elsewhere(lease, call, now)
    {
        return Ok(Attempt::Done(elsewhere));
    }
    let until = now.plus(LASTS);
    let begun = Batch::new().insert(run);
    let begun = match &found {
        Some(lease) => {
            let ours = Patch::new()
                .set(JobLease::HOLDER, run.id.as_str())
                .set(JobLease::UNTIL, until);
            begun.update_if(&run.job, ours, Filter::revision(lease.revision))
        }
        None => begun.insert(&JobLease {
            id: run.job.clone(),
            holder: Some(run.id.clone()),
            until: Some(until),
            ran_for: None,
        }),
    };
    let taken = ctx.try_commit(begun).await?;
    Ok(taken.map_or(Attempt::Retry, |_| {
        Attempt::Done(Taken::Ours(Lease {
            ctx,
            job: run.job.clone(),
            run: run.id.clone(),
            due: call.due,
        }))
    }))
}

/// The reason for which a call does nothing, if there is one: somebody has the lease, or the run that the call is for has ended.
///
/// Times of the schedule are compared for equality alone: of a host whose clock is ahead they are others, and hold up nobody.
fn elsewhere<'a>(lease: &JobLease, call: Call, now: Timestamp) -> Option<Taken<'a>> {
    let Some(until) = lease.until.filter(|_| lease.holder.is_some()) else {
        let has_run = call.due.is_some() && call.due == lease.ran_for;
        return has_run.then_some(Taken::Elsewhere {
            again_in_seconds: None,
        });
    };
    let left = until.since(now);
    (1..=FARTHEST).contains(&left).then(|| Taken::Elsewhere {
        again_in_seconds: Some(left.unsigned_abs().div_ceil(1000)),
    })
}
