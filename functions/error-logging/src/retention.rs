//! `POST /internal/jobs/error-retention`: what is old goes.

use std::time::{Duration, Instant};

use whisper_kit::jobs::{self, Report};
use whisper_kit::{Ctx, Reply, Request, Result};
use whisper_schema::Timestamp;
use whisper_schema::system::{ErrorGroup, ErrorLink};
use whisper_store::{Batch, Filter, Order};

use crate::RETENTION;
use crate::keep::forget;

/// Variable: days that errors are kept for.
pub const DAYS: &str = "error_retention_days";
const DEFAULT_DAYS: u64 = 30;
const DAY: i64 = 24 * 60 * 60 * 1000;
/// Errors, or groups, that one commit deletes. The write lock must not be held for longer than 50 ms, and
/// an error may have 10,000 characters.
const ROWS: u32 = 100;
/// How long a run goes on. A request has 30 s on the embedded host.
const TIME: Duration = Duration::from_secs(10);

/// Runs the job.
pub async fn handle(ctx: Ctx, _: Request) -> Result<Reply> {
    let outcome = run(&ctx).await;
    jobs::finish(&ctx, RETENTION, outcome).await
}

async fn run(ctx: &Ctx) -> Result<Report> {
    let days = ctx.config().number(DAYS, DEFAULT_DAYS, 36_500);
    let before = ctx.now().plus(-(i64::try_from(days).unwrap_or(0) * DAY));
    let end = Instant::now() + TIME;
    let mut report = Report::default();
    loop {
        let gone = errors(ctx, before).await?;
        report.found += gone;
        report.done += gone;
        if gone < u64::from(ROWS) {
            break;
        }
        if Instant::now() >= end {
            report.capped = true;
            return Ok(report);
        }
    }
    loop {
        let since = Filter::<ErrorGroup>::lt(ErrorGroup::LAST_SEEN_AT, before);
        let batch = Batch::new().delete_where(since, u64::from(ROWS));
        let gone: u64 = ctx.store()?.commit(batch).await?.affected.iter().sum();
        report.found += gone;
        report.done += gone;
        report.capped = gone == u64::from(ROWS);
        if !report.capped || Instant::now() >= end {
            return Ok(report);
        }
    }
}

/// Deletes the oldest errors; gives how many.
async fn errors(ctx: &Ctx, before: Timestamp) -> Result<u64> {
    let links = ctx
        .store()?
        .find::<ErrorLink>()
        .filter(Filter::lt(ErrorLink::CREATED_AT, before))
        .order(Order::asc(ErrorLink::CREATED_AT))
        .limit(ROWS)
        .page()
        .await?
        .items;
    let ids: Vec<String> = links.into_iter().map(|link| link.into_inner().id).collect();
    if !ids.is_empty() {
        ctx.store()?.commit(forget(Batch::new(), &ids)).await?;
    }
    Ok(ids.len() as u64)
}
