//! A run: the consumer, the back-fill, and the sweep of entries whose messages have ended.

use std::time::Duration;

use whisper_kit::jobs::{self, Call, ReportView, Sweep, Tally, delete_bounded, is_time_borne_out};
use whisper_kit::{Auth, Code, Ctx, Endpoint, Method, Params, Reply, Request, Result};
use whisper_schema::prelude::{MediaEntry, MentionEntry, SearchEntry};
use whisper_store::Filter;

use crate::{JOB, backfill, index};

/// How long each part goes on in one run. A request has 30 s on the embedded host.
const TIME: Duration = Duration::from_secs(6);
/// How long after a message's end the sweep removes its entries, in milliseconds. Usually the message's event has them taken
/// out at once.
const OVERDUE: i64 = 60 * 60 * 1000;

/// Reacts to a commit.
///
/// # Errors
/// The store's.
pub async fn react(ctx: Ctx) -> Result<ReportView> {
    let tally = Tally::default();
    index::run(&ctx, TIME, &tally).await?;
    Ok(tally.report())
}

/// The job.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/internal/jobs/search",
        "runSearch",
        "Takes in messages that are still to be found, and takes out messages that have ended.",
        handle,
    )
    .auth(Auth::Operator)
    .reply::<ReportView>(
        200,
        "The counts of the run; capped means that the next run goes on",
    )
    .codes(&[Code::JobFailed])
}

async fn handle(ctx: Ctx, _: Request, Params(call): Params<Call>) -> Result<Reply> {
    jobs::run(&ctx, call, JOB, async |tally| {
        index::run(&ctx, TIME, tally).await?;
        backfill::run(&ctx, TIME, tally).await?;
        sweep(&ctx, tally).await
    })
    .await
}

/// Deletes entries that have ended long ago, as far as the bounds allow.
async fn sweep(ctx: &Ctx, tally: &Tally) -> Result<()> {
    if !is_time_borne_out(ctx).await? {
        tally.cap();
        return Ok(());
    }
    let ended = ctx.now().plus(-OVERDUE);
    let words = Filter::<SearchEntry>::le(SearchEntry::EXPIRES_AT, ended);
    let media = Filter::<MediaEntry>::le(MediaEntry::EXPIRES_AT, ended);
    let mentions = Filter::<MentionEntry>::le(MentionEntry::EXPIRES_AT, ended);
    delete_bounded(ctx, tally, &words, Sweep::USUAL).await?;
    delete_bounded(ctx, tally, &media, Sweep::USUAL).await?;
    delete_bounded(ctx, tally, &mentions, Sweep::USUAL).await
}
