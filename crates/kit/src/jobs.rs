//! Jobs, which a schedule, or an operator, starts by `POST /internal/jobs/<name>`.

mod budget;
mod expiry;

use std::cell::RefCell;

use serde::Serialize;
use whisper_schema::prelude::JobRun;
use whisper_schema::{Column, Document, Timestamp};
use whisper_store::{Batch, Filter, Order, Query};

use crate::ctx::Ctx;
use crate::error::{Code, Error, Result};
use crate::log::{self, Level};
use crate::reply::Reply;

pub use budget::{Bounds, Budget};
pub use expiry::{Due, Expiring, expire};

/// Characters of a cause that are kept.
const CAUSE: usize = 1000;

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
    }

    /// Notes that something is left for the next run.
    pub fn cap(&self) {
        self.0.borrow_mut().capped = true;
    }

    /// So far.
    pub fn report(&self) -> ReportView {
        self.0.borrow().clone()
    }
}

/// Runs a job and answers with its report; a run with failures is a 500, so that its caller sees it. The run is kept
/// from its start, so that one that is cut off is seen as well.
///
/// # Errors
/// [`Code::JobFailed`], the job's own error, and the store's.
pub async fn run<F>(ctx: &Ctx, job: &str, work: F) -> Result<Reply>
where
    F: AsyncFnOnce(&Tally) -> Result<()>,
{
    // Without the report the failure would go unseen: a job has no client that tries again.
    go(ctx, job, work).await.map_err(Error::always_reported)
}

async fn go<F>(ctx: &Ctx, job: &str, work: F) -> Result<Reply>
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
    ctx.store()
        .await?
        .commit(Batch::new().insert(&kept))
        .await?;
    let tally = Tally::default();
    let outcome = work(&tally).await;
    let report = tally.report();
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    kept.finished_at = Some(Timestamp::AT_COMMIT);
    (kept.found, kept.done) = (count(report.found), count(report.done));
    (kept.failed, kept.capped) = (count(report.failed), report.capped);
    kept.error = outcome.as_ref().err().map(cause);
    let end = Batch::new().upsert(&kept);
    let ended = ctx.store().await?.commit(end).await;
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
    for _ in 0..sweep.commits {
        let batch = Batch::new().delete_where(filter.clone(), sweep.rows);
        let committed = ctx.store().await?.commit(batch).await?;
        let deleted = committed.affected.iter().sum();
        tally.done(deleted);
        if deleted < sweep.rows {
            return Ok(());
        }
    }
    tally.cap();
    Ok(())
}

fn cause(error: &Error) -> String {
    let cause = error
        .source_text()
        .map_or_else(|| error.to_string(), str::to_owned);
    cause.chars().take(CAUSE).collect()
}
