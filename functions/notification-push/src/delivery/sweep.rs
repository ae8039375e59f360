//! The schedule's sweep: ends deliveries whose worker died, and removes documents that are of no use any more.
//!
//! Nothing depends on it: readers leave out expired documents, swept or not.

use whisper_kit::jobs::{self, Sweep, Tally, delete_bounded};
use whisper_kit::{Ctx, Result};
use whisper_schema::Ephemeral;
use whisper_schema::prelude::{
    Column, ConsumerCursor, Notification, Push, PushStatus, PushSubscription, QueuedMessage,
    QueuedMessageStatus, Timestamp,
};
use whisper_store::{Batch, Filter, Get, MAX_LIMIT, Order, Query};

use super::clock::{AHEAD, DAY, mend};
use super::finish::finish;

/// How long an entry of the outbox is kept after it was delivered, in milliseconds.
const DELIVERED: i64 = 7 * DAY;
/// How long it is kept after it failed, in milliseconds, and so are its pushes: operators can try again everything
/// that they see.
const FAILED: i64 = 30 * DAY;
/// How many rows one commit removes.
const PER_COMMIT: u64 = 200;
/// How many commits a run makes for each kind of thing.
const COMMITS: u32 = 20;
/// How many notifications a run looks at at once.
const NOTIFICATIONS: u32 = 500;
/// Id of the place up to which notifications were looked at.
const PLACE: &str = "notification-sweep";

/// How many documents a run removes that the store finds itself.
const SWEEP: Sweep = Sweep {
    rows: PER_COMMIT,
    commits: COMMITS,
};

/// Tidies up, within bounds. It removes nothing while the clock may be wrong.
///
/// # Errors
/// The store's; the next run goes on.
pub async fn sweep(ctx: &Ctx, tally: &Tally) -> Result<()> {
    tally.done(mend(ctx).await?);
    tally.done(strays(ctx).await?);
    if !jobs::is_time_borne_out(ctx).await? {
        tally.cap();
        return Ok(());
    }
    remove(ctx, tally).await
}

/// Removes documents that have been kept for their time.
async fn remove(ctx: &Ctx, tally: &Tally) -> Result<()> {
    // `due_at` of a failed push is the end of its last lease. Pushes of any other status that are as old are of no use
    // any more.
    let old = Filter::and([
        Filter::is_in(Push::STATUS, PushStatus::ALL.iter().copied()),
        Filter::lt(Push::DUE_AT, ctx.now().plus(-FAILED)),
    ]);
    delete_bounded(ctx, tally, &old, SWEEP).await?;
    let ended = Filter::le(PushSubscription::EXPIRES_AT, ctx.now());
    delete_bounded(ctx, tally, &ended, SWEEP).await?;
    tally.done(entries(ctx, QueuedMessageStatus::Delivered, DELIVERED).await?);
    tally.done(entries(ctx, QueuedMessageStatus::Failed, FAILED).await?);
    tally.done(notifications(ctx).await?);
    Ok(())
}

/// Ends entries whose last push came to its end when the worker died before it looked at the entry.
async fn strays(ctx: &Ctx) -> Result<u64> {
    let entries = Query::<QueuedMessage>::new()
        .filter(Filter::eq(
            QueuedMessage::STATUS,
            QueuedMessageStatus::Processing,
        ))
        .order(Order::desc(QueuedMessage::PRIORITY))
        .order(Order::asc(Column::seq()))
        .limit(MAX_LIMIT);
    let entries = ctx.read(entries).await?;
    let ids: Vec<String> = entries.into_iter().map(|e| e.into_inner().id).collect();
    finish(ctx, &ids).await
}

/// Removes the oldest entries of a status, of the usual priority: the index gives them in their order. The age of an
/// entry whose time is yet to come isn't known; such entries are left out, so that they don't stand before the others.
async fn entries(ctx: &Ctx, status: QueuedMessageStatus, kept: i64) -> Result<u64> {
    let (before, ahead) = (ctx.now().plus(-kept), ctx.now().plus(AHEAD));
    let mut done = 0;
    for _ in 0..COMMITS {
        let oldest = Query::<QueuedMessage>::new()
            .filter(Filter::eq(QueuedMessage::STATUS, status))
            .filter(Filter::eq(QueuedMessage::PRIORITY, 0))
            .order(Order::asc(Column::seq()))
            .limit(PER_COMMIT as u32);
        let oldest = ctx.read(oldest).await?;
        let old = oldest
            .iter()
            .filter(|e| e.processed_at.is_some_and(|at| at < before || at > ahead));
        let ids: Vec<&str> = old.map(|entry| entry.id.as_str()).collect();
        let count = ids.len() as u64;
        if count == 0 {
            break;
        }
        let same = Filter::and([
            Filter::is_in(Column::id(), ids),
            Filter::eq(QueuedMessage::STATUS, status),
        ]);
        ctx.store()
            .await?
            .commit(Batch::new().delete_where(same, count))
            .await?;
        done += count;
        if count < PER_COMMIT {
            break;
        }
    }
    Ok(done)
}

/// Walks through all notifications, a part in each run, and removes the expired ones. No index leads to
/// them, and looking for them at once would read the whole collection.
async fn notifications(ctx: &Ctx) -> Result<u64> {
    let place = ctx.read(Get::<ConsumerCursor>::id(PLACE)).await?;
    let mut position = place.map_or(0, |place| place.position);
    let mut done = 0;
    for _ in 0..COMMITS {
        let next = Query::<Notification>::new()
            .filter(Filter::gt(Column::seq(), position))
            .order(Order::asc(Column::seq()))
            .limit(NOTIFICATIONS);
        let next = ctx.read(next).await?;
        let over = next.iter().filter(|n| !n.lasts(ctx.now()));
        let ids: Vec<&str> = over
            .map(|n| n.id.as_str())
            .take(PER_COMMIT as usize)
            .collect();
        let (count, is_full) = (ids.len() as u64, ids.len() as u64 == PER_COMMIT);
        let last = next.last().map_or(0, |n| n.seq);
        let at_end = next.len() < NOTIFICATIONS as usize;
        // Where one commit couldn't remove all, the next looks at the same again; behind the last it begins anew.
        position = match (is_full, at_end) {
            (true, _) => position,
            (false, true) => 0,
            (false, false) => last,
        };
        let place = ConsumerCursor {
            id: PLACE.to_owned(),
            reads: Some(ConsumerCursor::NO_CONSUMER.to_owned()),
            position,
            updated_at: Timestamp::AT_COMMIT,
        };
        let expired = Filter::and([
            Filter::is_in(Column::id(), ids),
            Filter::le(Notification::EXPIRES_AT, ctx.now()),
        ]);
        let batch = Batch::new()
            .upsert(&place)
            .delete_where::<Notification>(expired, PER_COMMIT);
        ctx.store().await?.commit(batch).await?;
        done += count;
        if !is_full {
            break;
        }
    }
    Ok(done)
}
