//! `POST /internal/jobs/error-retention`: deletes errors when their time has come, and groups with the last.

use std::time::{Duration, Instant};

use whisper_kit::config::Number;
use whisper_kit::jobs::{self, Call, Tally};
use whisper_kit::{Auth, Code, Ctx, Endpoint, Method, Params, Reply, Request, Result};
use whisper_schema::Timestamp;
use whisper_schema::prelude::Column;
use whisper_schema::system::{ErrorGroup, ErrorLink};
use whisper_store::{Batch, Cursor, Filter, Order, Query};

use crate::keep::forget;
use crate::{RETENTION, inside};

/// Days that errors are kept for; 0 is for ever.
pub const DAYS: Number = Number {
    variable: "error_retention_days",
    default: 30,
    most: 36_500,
};
const DAY: i64 = 24 * 60 * 60 * 1000;
/// Errors, or groups, that one commit deletes. The write lock must not be held for longer than 50 ms, and
/// an error may have 10,000 characters.
const ROWS: u32 = 100;
/// How long a run goes on. A request has 30 s on the embedded host.
const TIME: Duration = Duration::from_secs(10);

/// The job.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/internal/jobs/error-retention",
        "runErrorRetention",
        "Deletes errors that are older than the setting, and groups of which none is left.",
        handle,
    )
    .auth(Auth::Operator)
    .reply::<jobs::ReportView>(200, "The counts of the run.")
    .codes(&[Code::JobFailed])
}

/// Runs the job. A failure is kept here, where those of the other components come to.
async fn handle(ctx: Ctx, _: Request, Params(call): Params<Call>) -> Result<Reply> {
    let outcome = jobs::run(&ctx, call, RETENTION, async |tally| run(&ctx, tally).await).await;
    if let Err(error) = &outcome {
        inside::own(&ctx, "runErrorRetention", error).await;
    }
    outcome
}

async fn run(ctx: &Ctx, tally: &Tally) -> Result<()> {
    let days = i64::try_from(ctx.config().get(&DAYS)).unwrap_or_default();
    if days == 0 {
        return Ok(());
    }
    if !jobs::is_time_borne_out(ctx).await? {
        // The clock may be wrong: everything is left for the next run.
        tally.cap();
        return Ok(());
    }
    remove(ctx, tally, ctx.now().plus(-days * DAY)).await
}

/// Removes errors that came before `before`, for as long as a run goes on.
async fn remove(ctx: &Ctx, tally: &Tally, before: Timestamp) -> Result<()> {
    let end = Instant::now() + TIME;
    loop {
        let gone = errors(ctx, before).await?;
        tally.done(gone);
        if gone < u64::from(ROWS) {
            break;
        }
        if Instant::now() >= end {
            tally.cap();
            return Ok(());
        }
    }
    let mut after: Option<Cursor> = None;
    loop {
        let page = groups(before).after(after).page();
        let page = ctx.read(page).await?;
        let ids = page.items.iter().map(|group| group.id.as_str()).collect();
        tally.done(forget_empty(ctx, ids).await?);
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
        if Instant::now() >= end {
            tally.cap();
            return Ok(());
        }
    }
}

/// Groups that may have to go: by the reporters' clocks, which may be a week late. The errors that
/// are kept of a group say whether it has to, by the times at which they came.
fn groups(before: Timestamp) -> Query<ErrorGroup> {
    Query::new()
        .filter(Filter::lt(ErrorGroup::LAST_SEEN_AT, before))
        .order(Order::asc(ErrorGroup::LAST_SEEN_AT))
        .limit(ROWS)
}

/// Deletes those of these groups of which no error is left; gives how many. The newest errors of a group are
/// always kept: one without any has had none for as long as errors are kept.
async fn forget_empty(ctx: &Ctx, ids: Vec<&str>) -> Result<u64> {
    let of_group = |group: &&str| {
        let of_group = Filter::eq(ErrorLink::GROUP_ID, *group);
        Query::<ErrorLink>::new().filter(of_group).count(1)
    };
    let kept: Vec<_> = ids.iter().map(of_group).collect();
    let kept = ctx.read(kept).await?;
    let empty = ids.into_iter().zip(kept).filter(|(_, kept)| *kept == 0);
    let empty: Vec<&str> = empty.map(|(id, _)| id).collect();
    if empty.is_empty() {
        return Ok(0);
    }
    let count = empty.len() as u64;
    let returned = Filter::is_in(ErrorLink::GROUP_ID, empty.iter().copied());
    let empty = Filter::<ErrorGroup>::is_in(Column::id(), empty);
    let batch = Batch::new()
        .expect_none(returned)
        .delete_where(empty, count);
    // None where one came back just now: the next run looks again.
    let committed = ctx.try_commit(batch).await?;
    Ok(committed.map_or(0, |_| count))
}

/// Deletes the oldest errors; gives how many.
async fn errors(ctx: &Ctx, before: Timestamp) -> Result<u64> {
    let oldest = Query::<ErrorLink>::new()
        .filter(Filter::lt(ErrorLink::CREATED_AT, before))
        .order(Order::asc(ErrorLink::CREATED_AT))
        .limit(ROWS);
    let links = ctx.read(oldest).await?;
    let ids: Vec<String> = links.into_iter().map(|link| link.into_inner().id).collect();
    if !ids.is_empty() {
        ctx.store()
            .await?
            .commit(forget(Batch::new(), &ids))
            .await?;
    }
    Ok(ids.len() as u64)
}
