//! A run: both consumers, and the sweep of days and weeks that nobody asks for any more.

use std::time::Duration;

use whisper_kit::jobs::{self, Report, Tally};
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
    let tally = Tally::default();
    award(&ctx, &tally).await?;
    Ok(tally.report())
}

/// `POST /internal/jobs/xp-badges`
///
/// # Errors
/// The refusals of [`jobs::run`].
pub async fn handle(ctx: Ctx, _: Request) -> Result<Reply> {
    jobs::run(&ctx, JOB, async |tally| {
        award(&ctx, tally).await?;
        sweep(&ctx, tally).await
    })
    .await
}

async fn award(ctx: &Ctx, tally: &Tally) -> Result<()> {
    consume::run(ctx, TIME, tally).await?;
    reputation::run(ctx, TIME, tally).await
}

/// Deletes what has expired, as far as the bounds allow.
async fn sweep(ctx: &Ctx, tally: &Tally) -> Result<()> {
    for _ in 0..COMMITS {
        let days = Filter::<ProgressDay>::le(ProgressDay::EXPIRES_AT, ctx.now());
        let weeks = Filter::<ProgressWeek>::le(ProgressWeek::EXPIRES_AT, ctx.now());
        let batch = Batch::new()
            .delete_where(days, ROWS)
            .delete_where(weeks, ROWS);
        let affected = ctx.store()?.commit(batch).await?.affected;
        tally.done(affected.iter().sum());
        if affected.iter().all(|rows| *rows < ROWS) {
            return Ok(());
        }
    }
    tally.cap();
    Ok(())
}
