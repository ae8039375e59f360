//! Jobs, which a schedule, or an operator, starts by `POST /internal/jobs/<name>`.

mod budget;
mod expiry;
mod lease;

use std::cell::RefCell;

use serde::{Deserialize, Serialize};
use whisper_schema::prelude::JobRun;
use whisper_schema::{Column, Document, Timestamp};
use whisper_store::{Batch, Committed, Filter, Order, Query};

use crate::ctx::Ctx;
use crate::error::{Code, Error, Result};
use crate::log::{self, Level};
use crate::reply::Reply;

pub use budget::{Bounds, Budget};
pub use expiry::{Due, Expiring, expire};
use lease::{Lease, Taken};

/// Characters of a cause that are kept.
const CAUSE: usize = 1000;

/// The parameters of a job's call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct Call {
    /// The time in the schedule that the run is for: of the calls for one time, by several hosts, one runs the job. A call without it, as by hand,
    /// runs the job in any case, unless it is under way.
    pub due: Option<Timestamp>,
}

/// The outcome of a run, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReportView {
    /// Items that were due.
    pub found: u64,
    /// Items that were dealt with.
    pub done: u64,
    /// Items that failed; the next run tries them again.
    pub failed: u64,
    /// Whether the run stopped at its bound and left some for the next.
    pub capped: bool,
    /// Whether the job is under way elsewhere, or has been run for this time of the schedule, so that this call did nothing; absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(not(target_family = "wasm"), schemars(default))]
    pub is_elsewhere: bool,
    /// Seconds after which the run that is under way is over, or was cut off, unless it goes on longer: call again then. Absent where
    /// nothing is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again_in_seconds: Option<u64>,
    /// Whether some is left only because it can't be read yet: moments later it can. No part of the report.
    #[serde(skip)]
    pub is_held_back: bool,
}

/// The numbers of a run so far: kept even when an error ends it.
#[derive(Debug, Default)]
pub struct Tally(RefCell<ReportView>);

impl Tally {
    /// Counts items that were found and dealt with.
    pub fn done(&self, items: u64) {
        let mut report = self.0.borrow_mut();
        report.found += items;
        report.done += items;
    }

    /// Adds the numbers of a part of the run.
    pub fn add(&self, part: &ReportView) {
        let mut report = self.0.borrow_mut();
        report.found += part.found;
        report.done += part.done;
        report.failed += part.failed;
        report.capped |= part.capped;
        report.is_held_back |= part.is_held_back;
    }

    /// Notes that something is left for the next run.
    pub fn cap(&self) {
        self.0.borrow_mut().capped = true;
    }

    /// Notes that something is left that can't be read yet.
    pub fn hold_back(&self) {
        self.0.borrow_mut().is_held_back = true;
    }

    /// So far.
    pub fn report(&self) -> ReportView {
        self.0.borrow().clone()
    }
}

/// Runs a job and answers with its report; a run with failures is a 500, so that its caller sees it. The run is kept
/// from its start, so that one that is cut off is seen as well.
///
/// Of all calls, on all hosts, one runs the job at a time: it has the job's lease until its end. The others are answered at once, with a 200, as
/// nothing failed, and a report that says so.
///
/// # Errors
/// [`Code::JobFailed`], the job's own error, and the store's.
pub async fn run<F>(ctx: &Ctx, call: Call, job: &str, work: F) -> Result<Reply>
where
    F: AsyncFnOnce(&Tally) -> Result<()>,
{
    // Without the report the failure would go unseen: a job has no client that tries again.
    go(ctx, call, job, work)
        .await
        .map_err(Error::always_reported)
}

async fn go<F>(ctx: &Ctx, call: Call, job: &str, work: F) -> Result<Reply>
where
    F: AsyncFnOnce(&Tally) -> Result<()>,
{
    let mut kept = JobRun {
        id: ctx.new_id()?,
        job: job.to_owned(),
        started_at: ctx.now(),
        finished_at: None,
        found: 0,
        done: 0,
        failed: 0,
        capped: false,
        error: None,
    };
    let lease = match Lease::take(ctx, call, &kept).await? {
        Taken::Ours(lease) => lease,
        Taken::Elsewhere { again_in_seconds } => {
            return Reply::ok(&ReportView {
                is_elsewhere: true,
                again_in_seconds,
                ..ReportView::default()
            });
        }
    };
    let tally = Tally::default();
    let outcome = lease.hold(work(&tally)).await;
    let report = tally.report();
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    kept.finished_at = Some(Timestamp::AT_COMMIT);
    (kept.found, kept.done) = (count(report.found), count(report.done));
    (kept.failed, kept.capped) = (count(report.failed), report.capped);
    kept.error = outcome.as_ref().err().map(cause);
    let ended = lease.give_back(&kept).await;
    outcome?;
    ended?;
    let fields = [
        ("job", job.into()),
        ("done", report.done.into()),
        ("failed", report.failed.into()),
    ];
    log::write(Level::Info, "job_finished", ctx.request_id(), &fields);
    if report.failed > 0 {
        let detail = format!("{} of {} items failed.", report.failed, report.found);
        return Err(Error::new(Code::JobFailed, detail.clone()).with_source(detail));
    }
    Reply::ok(&report)
}

/// How much of a kind a run deletes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sweep {
    /// Documents that one commit deletes: so many that it doesn't hold the write lock for long.
    pub rows: u64,
    /// Commits that a run makes.
    pub commits: u32,
}

impl Sweep {
    /// As much as a job usually deletes: 10,000 documents, 200 in a commit.
    pub const USUAL: Sweep = Sweep {
        rows: 200,
        commits: 50,
    };
}

/// Whether the latest runs of jobs bear out the time ([`JobRun::agree`]); a job that deletes by age asks this first.
///
/// # Errors
/// As [`Ctx::read`].
pub async fn is_time_borne_out(ctx: &Ctx) -> Result<bool> {
    let latest = Query::<JobRun>::new()
        .order(Order::desc(Column::seq()))
        .limit(JobRun::WITNESSES);
    let latest = ctx.read(latest).await?;
    Ok(JobRun::agree(
        latest.iter().map(|run| &run.value),
        ctx.now(),
    ))
}

/// Deletes the documents that meet the filter, commit by commit; the tally is capped where some may be left. Give it a
/// filter that an index serves.
///
/// # Errors
/// The store's; documents deleted before stay deleted, and counted.
pub async fn delete_bounded<D: Document>(
    ctx: &Ctx,
    tally: &Tally,
    filter: &Filter<D>,
    sweep: Sweep,
) -> Result<()> {
    let mut left = sweep.commits;
    let commit = async |batch| {
        let Some(fewer) = left.checked_sub(1) else {
            tally.cap();
            return Ok(None);
        };
        left = fewer;
        let committed = ctx.store().await?.commit(batch).await?;
        tally.done(committed.affected.iter().sum());
        Ok(Some(committed))
    };
    in_portions(filter, sweep.rows, commit).await
}

/// Deletes the documents that meet the filter, so many in a batch, until none is left, or `commit` gives none since
/// there have been enough.
async fn in_portions<D: Document>(
    filter: &Filter<D>,
    rows: u64,
    mut commit: impl AsyncFnMut(Batch) -> Result<Option<Committed>>,
) -> Result<()> {
    loop {
        let batch = Batch::new().delete_where(filter.clone(), rows);
        let Some(committed) = commit(batch).await? else {
            return Ok(());
        };
        if committed.affected.iter().sum::<u64>() < rows {
            return Ok(());
        }
    }
}

fn cause(error: &Error) -> String {
    let cause = error
        .source_text()
        .map_or_else(|| error.to_string(), str::to_owned);
    cause.chars().take(CAUSE).collect()
}
