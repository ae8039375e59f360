//! `POST /internal/jobs/retention`: documents whose time has come go, where no other job removes them.
//!
//! It also mends the times that a clock that was ahead left behind. How long each collection's documents stay is declared with the collection (`#[retention(…)]`).

mod aged;
mod ahead;
mod parts;
mod scheduled;

use whisper_kit::config::Number;
use whisper_kit::jobs::{self, Call, Sweep, Tally, delete_bounded};
use whisper_kit::{Ctx, Params, Reply, Request, Result};
use whisper_schema::prelude::{
    AppMetric, Column, ContactRequest, ConversationBan, ConversationInvitation,
    ConversationJoinRequest, ConversationMember, Document, Event, IdempotencyKey, JobRun,
    ListChange, MessageDraft, MessageVersion, Notification, PostViewer, PresenceDevice,
    PresenceWatch, RateLimit, ReceiptTrail, RestingName, Session, Signal, StreamTicket, Timestamp,
    TypingIndicator, UserActivity,
};
use whisper_schema::{Parts, Retention};
use whisper_store::Filter;

/// Name of the job.
pub const JOB: &str = "retention";

const DAY: i64 = 24 * 3_600_000;
/// The days that documents stay, where a setting says so; else the days of their collections.
pub const DAYS: [Number; 3] = [
    days("event_retention_days", 30),
    days("activity_retention_days", 90),
    days("notification_retention_days", 90),
];

const fn days(variable: &'static str, default: u64) -> Number {
    Number {
        variable,
        default,
        most: 36_500,
    }
}

/// Runs the job.
///
/// # Errors
/// The refusals of [`jobs::run`].
pub async fn handle(ctx: Ctx, _: Request, Params(call): Params<Call>) -> Result<Reply> {
    jobs::run(&ctx, call, JOB, async |tally| run(&ctx, tally).await).await
}

/// Sweeps every collection; an error in one is told after all others had their turn. While the clock may be wrong,
/// everything is left for the next run.
async fn run(ctx: &Ctx, tally: &Tally) -> Result<()> {
    if !jobs::is_time_borne_out(ctx).await? {
        tally.cap();
        return Ok(());
    }
    let outcomes = [
        ended(ctx, tally, Session::EXPIRES_AT).await,
        ended(ctx, tally, IdempotencyKey::EXPIRES_AT).await,
        ended(ctx, tally, RateLimit::EXPIRES_AT).await,
        ended(ctx, tally, TypingIndicator::EXPIRES_AT).await,
        ended(ctx, tally, RestingName::RESTS_UNTIL).await,
        ended(ctx, tally, ContactRequest::EXPIRES_AT).await,
        ended(ctx, tally, ConversationBan::ENDS_AT).await,
        ended(ctx, tally, ConversationInvitation::KEPT_UNTIL).await,
        ended(ctx, tally, ConversationJoinRequest::EXPIRES_AT).await,
        ended(ctx, tally, MessageDraft::EXPIRES_AT).await,
        scheduled::sweep(ctx, tally).await,
        ended(ctx, tally, Signal::EXPIRES_AT).await,
        ended(ctx, tally, StreamTicket::EXPIRES_AT).await,
        ended(ctx, tally, PresenceDevice::EXPIRES_AT).await,
        ended(ctx, tally, PresenceWatch::EXPIRES_AT).await,
        left(ctx, tally).await,
        trails(ctx, tally).await,
        viewers(ctx, tally).await,
        old(ctx, tally, |event: &Event| Some(event.created_at)).await,
        old(ctx, tally, |done: &UserActivity| Some(done.timestamp)).await,
        old(ctx, tally, |told: &Notification| told.created_at).await,
        old(ctx, tally, |metric: &AppMetric| Some(metric.timestamp)).await,
        old(ctx, tally, |run: &JobRun| Some(run.started_at)).await,
        old(ctx, tally, |change: &ListChange| Some(change.created_at)).await,
        old(ctx, tally, |version: &MessageVersion| {
            Some(version.replaced_at)
        })
        .await,
        ahead::mend(ctx, tally).await,
    ];
    outcomes.into_iter().collect()
}

/// Removes those whose end, which an index leads to, has come.
async fn ended<D: Document>(ctx: &Ctx, tally: &Tally, end: Column<D>) -> Result<()> {
    delete_bounded(ctx, tally, &Filter::le(end, ctx.now()), Sweep::USUAL).await
}

/// Removes memberships that ended long ago, but for those of people who cleared the conversation or deleted messages of it
/// for themselves: if they come back, they see none of these.
async fn left(ctx: &Ctx, tally: &Tally) -> Result<()> {
    let Some(before) = before::<ConversationMember>(ctx) else {
        return Ok(());
    };
    let left = Filter::and([
        Filter::lt(ConversationMember::LEFT_AT, before),
        Filter::is_null(ConversationMember::CLEARED_POSITION),
        Filter::is_null(ConversationMember::DELETED_POSITION),
    ]);
    delete_bounded(ctx, tally, &left, Sweep::USUAL).await
}

/// Removes the times of receipts that haven't moved for long.
async fn trails(ctx: &Ctx, tally: &Tally) -> Result<()> {
    let Some(before) = before::<ReceiptTrail>(ctx) else {
        return Ok(());
    };
    let still = Filter::lt(ReceiptTrail::UPDATED_AT, before);
    delete_bounded(ctx, tally, &still, Sweep::USUAL).await
}

/// Removes the rows of users' views of messages of channels, when they are old.
async fn viewers(ctx: &Ctx, tally: &Tally) -> Result<()> {
    let Some(before) = before::<PostViewer>(ctx) else {
        return Ok(());
    };
    let long_ago = Filter::lt(PostViewer::VIEWED_AT, before);
    delete_bounded(ctx, tally, &long_ago, Sweep::USUAL).await
}

/// Removes the oldest documents of a collection that is only added to.
async fn old<D: Document>(
    ctx: &Ctx,
    tally: &Tally,
    time: fn(&D) -> Option<Timestamp>,
) -> Result<()> {
    let store = ctx.store().await?;
    let parts = D::COLLECTION.parts.filter(|_| store.has_parts::<D>());
    match (parts, before::<D>(ctx)) {
        (Some(parts), before) => in_parts(ctx, tally, parts, before, time).await,
        (None, Some(before)) => aged::sweep(ctx, tally, before, time).await,
        (None, None) => Ok(()),
    }
}

/// Removes the oldest documents of a collection in parts: whole parts first, then one by one those that have waited for longer than for the end of one.
async fn in_parts<D: Document>(
    ctx: &Ctx,
    tally: &Tally,
    parts: Parts,
    before: Option<Timestamp>,
    time: fn(&D) -> Option<Timestamp>,
) -> Result<()> {
    let length = parts::length::<D>(parts, days_of::<D>(ctx));
    let is_free = parts::ahead::<D>(ctx, tally, length).await?;
    let Some(before) = before else { return Ok(()) };
    if is_free {
        parts::drop_past(ctx, tally, before, time).await?;
    }
    aged::sweep(ctx, tally, before.plus(-length), time).await
}

/// Documents from before this time go; none where the operator keeps all of them.
fn before<D: Document>(ctx: &Ctx) -> Option<Timestamp> {
    days_of::<D>(ctx).map(|days| ctx.now().plus(-days * DAY))
}

/// The days that documents stay; none where the operator keeps all of them.
fn days_of<D: Document>(ctx: &Ctx) -> Option<i64> {
    let days = D::COLLECTION.retention.iter().find_map(|one| match *one {
        Retention::Days {
            days, setting, job, ..
        } if job == JOB => Some((u64::from(days), setting)),
        _ => None,
    });
    let (days, setting) = days?;
    let setting = DAYS.iter().find(|one| setting == Some(one.variable));
    let days = setting.map_or(days, |setting| ctx.config().get(setting));
    i64::try_from(days).ok().filter(|days| *days > 0)
}
