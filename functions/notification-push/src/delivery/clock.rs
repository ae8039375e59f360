//! Times that are further ahead than any of ours can be, as a clock that was wrong for a while leaves behind.
//!
//! Without it, pushes that were leased, put off or made while the clock was a year ahead would wait for that year.

use whisper_kit::{Ctx, Result};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Notification, Push, PushStatus};
use whisper_store::Patch;
use whisper_store::{Batch, Doc, Filter, Order, Query};

use super::notices::SHOWN;
use crate::web_push::message::lifetime;

/// A day, in milliseconds.
pub const DAY: i64 = 24 * 3_600_000;
/// How far ahead nothing of ours is due, in milliseconds: a push service may ask for a day, and a little is left to chance.
pub const AHEAD: i64 = 2 * DAY;
/// The longest life of a push, in milliseconds, and a day.
const LONGEST_LIFE: i64 = 8 * DAY;
/// How many of each kind a run looks at.
const PER_RUN: usize = 100;

/// Brings such times back; gives how many there were.
///
/// # Errors
/// The store's; the next run goes on.
pub async fn mend(ctx: &Ctx) -> Result<u64> {
    let now = ctx.now();
    let limit = ctx.store().await?.portion(PER_RUN) as u32;
    let far = |status: &PushStatus| {
        Query::<Push>::new()
            .filter(Filter::eq(Push::STATUS, *status))
            .filter(Filter::gt(Push::DUE_AT, now.plus(AHEAD)))
            .limit(limit)
    };
    let due: Vec<_> = PushStatus::ALL.iter().map(far).collect();
    let ends = Query::<Push>::new()
        .filter(Filter::gt(Push::EXPIRES_AT, now.plus(LONGEST_LIFE)))
        .filter(Filter::le(Push::DUE_AT, now.plus(AHEAD)))
        .limit(limit);
    let shown = Query::<Notification>::new()
        .filter(Filter::gt(Notification::CREATED_AT, now.plus(AHEAD)))
        .filter(Filter::gt(
            Notification::EXPIRES_AT,
            now.plus(SHOWN + AHEAD),
        ))
        .order(Order::desc(Notification::CREATED_AT))
        .limit(limit);
    let (due, ends, shown) = ctx.read((due, ends, shown)).await?;
    let mut mended = 0;
    for pushes in due {
        mended += change(ctx, &pushes, |push| due_now(push, now)).await?;
    }
    mended += change(ctx, &ends, |push| whole_life(push, now)).await?;
    let again = |_: &Notification| {
        Patch::new()
            .set(Notification::CREATED_AT, now)
            .set(Notification::EXPIRES_AT, now.plus(SHOWN))
    };
    Ok(mended + change(ctx, &shown, again).await?)
}

/// Changes documents in one commit; when somebody else did something with one, the next run looks again.
async fn change<D: whisper_schema::Document>(
    ctx: &Ctx,
    found: &[Doc<D>],
    patch: impl Fn(&D) -> Patch<D>,
) -> Result<u64> {
    let batch = found.iter().fold(Batch::new(), |batch, doc| {
        let same = Filter::revision(doc.revision);
        batch.update_if(doc.id(), patch(&doc.value), same)
    });
    if batch.is_empty() || ctx.try_commit(batch).await?.is_none() {
        return Ok(0);
    }
    Ok(found.len() as u64)
}

/// Due at once, if it was to be sent at all.
fn due_now(push: &Push, now: Timestamp) -> Patch<Push> {
    let patch = match push.expires_at > now.plus(LONGEST_LIFE) {
        true => whole_life(push, now),
        false => Patch::new(),
    };
    let patch = patch.set(Push::DUE_AT, now);
    match push.status {
        PushStatus::Failed => patch,
        PushStatus::Pending | PushStatus::Processing => {
            patch.set(Push::STATUS, PushStatus::Pending)
        }
    }
}

/// With its whole life before it.
fn whole_life(push: &Push, now: Timestamp) -> Patch<Push> {
    Patch::new().set(Push::EXPIRES_AT, now.plus(lifetime(push.priority)))
}
