//! Leases: a push is sent by the holder of its lease.
//!
//! A lease is the commit that marks a push as being processed, with the time at which the mark means nothing any
//! more. A worker that dies leaves its marks behind; when they have run out, the next one takes the pushes.
//! No two leases of a push end at the same time, so the end tells them apart.

use std::collections::BTreeSet;

use whisper_kit::{Ctx, Result};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Column, Push, PushStatus};
use whisper_store::{Batch, Doc, Filter, Order, Patch, Query};

use super::silence::SILENCE;

/// How long a lease lasts, in milliseconds: several times the time that a worker needs for the pushes that it takes at once,
/// its own run's length included.
pub const LEASE: i64 = 90_000;
/// How many pushes a worker takes at once: all that may be sent again after a crash.
pub const TAKEN: u32 = 32;

/// The outcome of looking for pushes to send.
pub enum Taken {
    /// Pushes that are due; none where somebody else was faster.
    Lease(Lease),
    /// None is due. When the next one is, if it is in the time that the silence takes.
    Nothing(Option<Timestamp>),
}

/// Pushes that are the holder's until the end.
pub struct Lease {
    /// When it ends.
    pub end: Timestamp,
    /// The pushes that it is about.
    pub pushes: Vec<Push>,
}

/// Takes the pushes that are due, the longest waiting first; where more are due than it takes, half of them are the newest. So a message
/// doesn't wait for all of a large group whose silence is over, as theirs are due at once.
///
/// # Errors
/// The store's.
pub async fn take(ctx: &Ctx) -> Result<Taken> {
    let due = |status: PushStatus, by: Timestamp| {
        Query::<Push>::new()
            .filter(Filter::eq(Push::STATUS, status))
            .filter(Filter::le(Push::DUE_AT, by))
            .order(Order::asc(Push::DUE_AT))
            .limit(TAKEN)
    };
    let soon = ctx.now().plus(SILENCE);
    let asked = (
        due(PushStatus::Pending, soon),
        due(PushStatus::Processing, ctx.now()),
    );
    let (mut waiting, left) = ctx.read(asked).await?;
    let ahead = waiting.partition_point(|push| push.due_at <= ctx.now());
    let next = waiting.split_off(ahead).first().map(|push| push.due_at);
    let rest = waiting.split_off(waiting.len().min(TAKEN as usize / 2));
    let newest = match rest.len() < TAKEN as usize / 2 {
        true => Vec::new(),
        false => ctx.read(newest(ctx.now())).await?,
    };
    // Pushes that a worker left behind go first: they are the oldest.
    let pushes = left.into_iter().chain(waiting).chain(newest).chain(rest);
    let mut known = BTreeSet::new();
    let once = pushes.filter(|push| known.insert(push.id.clone()));
    let once = once.take(TAKEN as usize);
    let mut pushes: Vec<Push> = once.map(Doc::into_inner).collect();
    if pushes.is_empty() {
        return Ok(Taken::Nothing(next));
    }
    let end = ctx.now().plus(LEASE);
    if ctx.try_commit(mark(ctx, &pushes, end)).await?.is_none() {
        pushes.clear();
    }
    Ok(Taken::Lease(Lease { end, pushes }))
}

/// Asks for the newest pushes that are due, half as many as are taken.
fn newest(now: Timestamp) -> Query<Push> {
    Query::new()
        .filter(Filter::eq(Push::STATUS, PushStatus::Pending))
        .filter(Filter::le(Push::DUE_AT, now))
        .order(Order::desc(Push::DUE_AT))
        .limit(TAKEN / 2)
}

fn mark(ctx: &Ctx, pushes: &[Push], end: Timestamp) -> Batch {
    let ids = pushes.iter().map(|push| push.id.as_str());
    let taken = Filter::<Push>::and([
        Filter::is_in(Column::id(), ids),
        Filter::or([
            Filter::eq(Push::STATUS, PushStatus::Failed),
            Filter::gt(Push::DUE_AT, ctx.now()),
        ]),
    ]);
    let patch = Patch::new()
        .set(Push::STATUS, PushStatus::Processing)
        .set(Push::DUE_AT, end);
    let start = Batch::new().expect_none(taken);
    pushes
        .iter()
        .fold(start, |batch, push| batch.update(&push.id, patch.clone()))
}

/// Fails a batch unless this lease of these pushes still holds.
pub fn holds<'a>(batch: Batch, end: Timestamp, ids: impl Iterator<Item = &'a str>) -> Batch {
    let lost = Filter::<Push>::and([
        Filter::is_in(Column::id(), ids),
        Filter::or([
            Filter::ne(Push::STATUS, PushStatus::Processing),
            Filter::ne(Push::DUE_AT, end),
        ]),
    ]);
    batch.expect_none(lost)
}
