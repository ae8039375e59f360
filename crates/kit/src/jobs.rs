//! Jobs: what a schedule, or an operator, starts by `POST /internal/jobs/<name>`.

use serde::Serialize;
use whisper_schema::prelude::JobRun;
use whisper_store::{Batch, Filter};

use crate::ctx::Ctx;
use crate::error::{Code, Error, Result};
use crate::log::{self, Level};
use crate::reply::Reply;

/// How long a run is remembered, in milliseconds.
const KEPT: i64 = 30 * 24 * 60 * 60 * 1000;
/// Older runs that a new one sweeps away.
const SWEEP_ROWS: u64 = 10;

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Items that were due.
    pub found: u64,
    /// Items that were dealt with.
    pub done: u64,
    /// Items that failed; the next run tries them again.
    pub failed: u64,
    /// Whether the run stopped at its bound and left some for the next.
    pub capped: bool,
}

/// Keeps the run and answers with its report; a run with failures is a 500, so that whoever started it
/// sees it.
///
/// # Errors
/// [`Code::JobFailed`], and the store's.
pub async fn finish(ctx: &Ctx, job: &str, outcome: Result<Report>) -> Result<Reply> {
    let (report, error) = match outcome {
        Ok(report) => (report, None),
        Err(error) => (Report::default(), Some(error)),
    };
    let cause = error
        .as_ref()
        .map(|e| e.source_text().map_or_else(|| e.to_string(), str::to_owned));
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let run = JobRun {
        id: ctx.new_id()?,
        job: job.to_owned(),
        started_at: ctx.now(),
        finished_at: Some(whisper_schema::Timestamp::AT_COMMIT),
        found: count(report.found),
        done: count(report.done),
        failed: count(report.failed),
        capped: report.capped,
        error: cause.map(|cause| cause.chars().take(1000).collect()),
    };
    // By the index of job and time, so that nothing is searched while the write lock is held.
    let old = Filter::and([
        Filter::<JobRun>::eq(JobRun::JOB, job),
        Filter::lt(JobRun::STARTED_AT, ctx.now().plus(-KEPT)),
    ]);
    ctx.store()?
        .commit(Batch::new().insert(&run).delete_where(old, SWEEP_ROWS))
        .await?;
    if let Some(error) = error {
        return Err(error);
    }
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
