//! `POST /internal/jobs/scheduled-messages`: sends the messages whose time has come, and delivers broadcasts.

use std::time::{Duration, Instant};

use whisper_kit::error::{Code, Error, Result};
use whisper_kit::jobs::{self, Call, ReportView, Tally};
use whisper_kit::log::{self, Level};
use whisper_kit::{Attempt, Auth, Ctx, Endpoint, Method, Params, Reply, Request};
use whisper_schema::prelude::{Account, AccountStatus};
use whisper_schema::system::{ScheduledMessage, ScheduledMessageFailure as Failure};
use whisper_store::{Batch, Doc, Filter, Get, Order, Patch, Query};

use super::{failure, turn};
use crate::broadcast;

/// The job's name.
pub const JOB: &str = "scheduled-messages";

/// How many that are due are read at once.
const PAGE: u32 = 50;
/// How long a run goes on, give or take a message. A request has 30 s on the embedded host.
const TIME: Duration = Duration::from_secs(15);
/// How long a message waits for its sender's limits, in milliseconds: a day.
const LONGEST_WAIT: i64 = 24 * 3_600_000;
/// Attempts at which the server may fail before a message is given up.
const ATTEMPTS: i64 = 10;
/// The wait after the first of them, in milliseconds; it doubles.
const FIRST_WAIT: i64 = 60_000;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/internal/jobs/scheduled-messages",
        "runScheduledMessages",
        "Sends scheduled messages whose time has come, and tells the senders of those that can't be sent; delivers broadcasts to recipients \
         who haven't had their turn.",
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
    jobs::run(&ctx, call, JOB, async |tally| run(&ctx, tally).await).await
}

/// Goes through those that are due, by their times. Each is sent, has failed for good, or is put off, in a commit of its own:
/// another run, even at the same time, goes on where this one stops. While the clock may be wrong nothing is sent.
async fn run(ctx: &Ctx, tally: &Tally) -> Result<()> {
    if !jobs::is_time_borne_out(ctx).await? {
        tally.cap();
        return Ok(());
    }
    send_due(ctx, tally).await?;
    broadcast::deliver(ctx, tally).await
}

async fn send_due(ctx: &Ctx, tally: &Tally) -> Result<()> {
    let end = Instant::now() + TIME;
    let due = Query::<ScheduledMessage>::new()
        .filter(Filter::le(ScheduledMessage::DUE_AT, ctx.now()))
        .order(Order::asc(ScheduledMessage::DUE_AT))
        .limit(PAGE);
    let mut page = ctx.read(due.clone().page()).await?;
    loop {
        for scheduled in &page.items {
            if Instant::now() >= end {
                tally.cap();
                return Ok(());
            }
            one(ctx, scheduled, tally).await?;
        }
        // The next page begins behind the messages that are still there.
        let Some(next) = page.next else {
            return Ok(());
        };
        page = ctx.read(due.clone().after(next).page()).await?;
    }
}

/// Deals with one; an error of its own stops no others.
async fn one(ctx: &Ctx, scheduled: &Doc<ScheduledMessage>, tally: &Tally) -> Result<()> {
    let since = Instant::now();
    // Later than the run began, a message may have ended meanwhile, or a wait.
    let ctx = &ctx.anew()?;
    let outcome = ctx.retry(async || attempt(ctx, &scheduled.id).await).await;
    // Requests that wait for the database get it.
    ctx.store().await?.pause(since.elapsed()).await;
    let error = match outcome {
        Ok(done) => {
            tally.done(u64::from(done));
            return Ok(());
        }
        Err(error) if error.is_outage() => return Err(error),
        Err(error) => error,
    };
    let cause = error.source_text().unwrap_or_default();
    let fields = [
        ("scheduledMessageId", scheduled.id.as_str().into()),
        ("cause", cause.into()),
    ];
    log::write(
        Level::Error,
        "scheduled_message_not_sent",
        ctx.request_id(),
        &fields,
    );
    tally.add(&ReportView {
        found: 1,
        failed: 1,
        ..ReportView::default()
    });
    // If that fails too, it is tried again at once in the next run.
    let put_off = ctx.try_commit(after_error(ctx, scheduled)?).await;
    match put_off {
        Err(error) if error.is_outage() => Err(error),
        _ => Ok(()),
    }
}

/// Sends it, or commits why not; false where there was nothing to do any more.
async fn attempt(ctx: &Ctx, id: &str) -> Result<Attempt<bool>> {
    let Some(scheduled) = ctx.read(Get::<ScheduledMessage>::id(id)).await? else {
        return Ok(Attempt::Done(false));
    };
    if scheduled.due_at.is_none_or(|due_at| due_at > ctx.now()) {
        return Ok(Attempt::Done(false));
    }
    let account = ctx.read(Get::<Account>::id(&scheduled.user_id)).await?;
    let is_out_of_use = account
        .as_ref()
        .is_some_and(|account| account.status != AccountStatus::Active);
    if is_out_of_use {
        return fail(ctx, &scheduled, Failure::AccountDisabled).await;
    }
    let is_anonymous = account.is_some_and(|account| account.is_anonymous);
    let sent = match turn::decide(ctx, &scheduled, is_anonymous).await {
        Ok(sending) => {
            let stands = |batch: Batch| Ok(batch.expect_none(out_of_use(&scheduled.user_id)));
            sending.and(stands)?.try_commit(ctx).await
        }
        Err(error) => Err(error),
    };
    match sent {
        Ok(Some(_)) => Ok(Attempt::Done(true)),
        Ok(None) => Ok(Attempt::Retry),
        Err(error) if error.code() == Code::RateLimited => wait(ctx, &scheduled, &error).await,
        Err(error) => match failure::of(&error) {
            Some(failure) => fail(ctx, &scheduled, failure).await,
            None => Err(error),
        },
    }
}

/// Holds for the user's account while it is out of use.
fn out_of_use(user: &str) -> Filter<Account> {
    Filter::and([
        Filter::eq(whisper_schema::Column::id(), user),
        Filter::ne(Account::STATUS, AccountStatus::Active),
    ])
}

async fn fail(
    ctx: &Ctx,
    scheduled: &Doc<ScheduledMessage>,
    failure: Failure,
) -> Result<Attempt<bool>> {
    committed(ctx, failure::batch(ctx, scheduled, failure)?).await
}

/// Puts it off for as long as slow mode, or a limit, asks; for a day at most.
async fn wait(
    ctx: &Ctx,
    scheduled: &Doc<ScheduledMessage>,
    refusal: &Error,
) -> Result<Attempt<bool>> {
    if ctx.now().since(scheduled.send_at) >= LONGEST_WAIT {
        return fail(ctx, scheduled, Failure::RateLimited).await;
    }
    let mut headers = refusal.headers().iter();
    let seconds = headers.find(|(name, _)| *name == "retry-after");
    let seconds = seconds.and_then(|(_, seconds)| seconds.parse::<i64>().ok());
    let until = ctx.now().plus(seconds.unwrap_or(60) * 1000);
    let put_off = Patch::new().set(ScheduledMessage::DUE_AT, until);
    let as_read = Filter::revision(scheduled.revision);
    committed(ctx, Batch::new().update_if(&scheduled.id, put_off, as_read)).await
}

async fn committed(ctx: &Ctx, batch: Batch) -> Result<Attempt<bool>> {
    let committed = ctx.try_commit(batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(true)))
}

/// The commit after an error of the server: it is put off, longer each time, and given up in the end.
fn after_error(ctx: &Ctx, scheduled: &Doc<ScheduledMessage>) -> Result<Batch> {
    let attempts = scheduled.attempts + 1;
    if attempts >= ATTEMPTS {
        return failure::batch(ctx, scheduled, Failure::ServerError);
    }
    let later = ctx
        .now()
        .plus(FIRST_WAIT << scheduled.attempts.clamp(0, ATTEMPTS));
    let put_off = Patch::new()
        .set(ScheduledMessage::DUE_AT, later)
        .set(ScheduledMessage::ATTEMPTS, attempts);
    let as_read = Filter::revision(scheduled.revision);
    Ok(Batch::new().update_if(&scheduled.id, put_off, as_read))
}
