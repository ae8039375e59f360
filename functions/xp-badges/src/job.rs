//! A run: both consumers, and the sweep of days and weeks that nobody asks for any more.

use std::time::Duration;

use whisper_kit::jobs::{self, Report};
use whisper_kit::{Ctx, Reply, Request, Result};
use whisper_schema::prelude::{ProgressDay, ProgressWeek};
use whisper_store::{Batch, Filter};

use crate::{JOB, consume, reputation};

/// How long each consumer goes on in one run. A request has 30 s on the embedded host.
const TIME: Duration = Duration::from_secs(6);
/// Rows of each collection that are swept in one commit, and commits of a run.
const ROWS: u64 = 200;
const COMMITS: usize = 50;

/// What woke it up: something was committed.
///
/// # Errors
/// The store's.
pub async fn react(ctx: Ctx) -> Result<Report> {
    let experience = consume::run(&ctx, TIME).await?;
    let reputation = reputation::run(&ctx, TIME).await?;
    Ok(sum(experience, &reputation))
}

/// `POST /internal/jobs/xp-badges`
///
/// # Errors
/// The refusals of [`jobs::finish`].
pub async fn handle(ctx: Ctx, _: Request) -> Result<Reply> {
    let outcome = run(&ctx).await;
    jobs::finish(&ctx, JOB, outcome).await
}

async fn run(ctx: &Ctx) -> Result<Report> {
    let report = react(ctx.clone()).await?;
    Ok(sum(report, &sweep(ctx).await?))
}

/// Deletes what has expired, as far as the bounds allow.
async fn sweep(ctx: &Ctx) -> Result<Report> {
    let mut report = Report::default();
    for _ in 0..COMMITS {
        let days = Filter::<ProgressDay>::le(ProgressDay::EXPIRES_AT, ctx.now());
        let weeks = Filter::<ProgressWeek>::le(ProgressWeek::EXPIRES_AT, ctx.now());
        let batch = Batch::new()
            .delete_where(days, ROWS)
            .delete_where(weeks, ROWS);
        let affected = ctx.store()?.commit(batch).await?.affected;
        let deleted: u64 = affected.iter().sum();
        report.found += deleted;
        report.done += deleted;
        report.capped = affected.iter().any(|rows| *rows >= ROWS);
        if !report.capped {
            break;
        }
    }
    Ok(report)
}

fn sum(one: Report, other: &Report) -> Report {
    Report {
        found: one.found + other.found,
        done: one.done + other.done,
        failed: one.failed + other.failed,
        capped: one.capped || other.capped,
    }
}
