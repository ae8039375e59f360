//! A run: both consumers, and the sweep of days and weeks that aren't needed any more.

use std::time::Duration;

use whisper_kit::jobs::{self, Call, ReportView, Sweep, Tally, delete_bounded};
use whisper_kit::{Auth, Code, Ctx, Endpoint, Method, Params, Reply, Request, Result};
use whisper_schema::prelude::{ProgressDay, ProgressWeek};
use whisper_store::Filter;

use crate::{JOB, consume, reputation};

/// How long each consumer goes on in one run. A request has 30 s on the embedded host.
const TIME: Duration = Duration::from_secs(6);

/// Reacts to a commit.
///
/// # Errors
/// The store's.
pub async fn react(ctx: Ctx) -> Result<ReportView> {
    let tally = Tally::default();
    award(&ctx, &tally).await?;
    Ok(tally.report())
}

/// The job.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/internal/jobs/xp-badges",
        "runXpBadges",
        "Awards for activities that are still to be counted, and forgets days and weeks that are over.",
        handle,
    )
    .auth(Auth::Operator)
    .reply::<ReportView>(200, "The counts of the run.")
    .codes(&[Code::JobFailed])
}

async fn handle(ctx: Ctx, _: Request, Params(call): Params<Call>) -> Result<Reply> {
    jobs::run(&ctx, call, JOB, async |tally| {
        award(&ctx, tally).await?;
        sweep(&ctx, tally).await
    })
    .await
}

async fn award(ctx: &Ctx, tally: &Tally) -> Result<()> {
    consume::run(ctx, TIME, tally).await?;
    reputation::run(ctx, TIME, tally).await
}

/// Deletes documents that have expired, as far as the bounds allow.
async fn sweep(ctx: &Ctx, tally: &Tally) -> Result<()> {
    let days = Filter::<ProgressDay>::le(ProgressDay::EXPIRES_AT, ctx.now());
    let weeks = Filter::<ProgressWeek>::le(ProgressWeek::EXPIRES_AT, ctx.now());
    delete_bounded(ctx, tally, &days, Sweep::USUAL).await?;
    delete_bounded(ctx, tally, &weeks, Sweep::USUAL).await
}
