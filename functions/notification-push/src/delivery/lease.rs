//! Leases: a push is sent by the holder of its lease.
//!
//! A lease is the commit that marks a push as being processed, with the time at which the mark means nothing any
//! more. A worker that dies leaves its marks behind; when they have run out, the next one takes the pushes.
//! No two leases of a push end at the same time, so the end tells them apart.

use whisper_kit::{Ctx, Result};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Column, Push, PushStatus};
use whisper_store::{Batch, Doc, Filter, Order, Patch, Query};

/// How long a lease lasts, in milliseconds: several times the time that a worker needs for the pushes that it takes at once,
/// its own run's length included.
pub const LEASE: i64 = 90_000;
/// How many pushes a worker takes at once: all that may be sent again after a crash.
pub const TAKEN: u32 = 32;

/// Pushes that are the holder's until the end.
pub struct Lease {
    /// When it ends.
    pub end: Timestamp,
    /// The pushes that it is about.
    pub pushes: Vec<Push>,
}

/// Takes the pushes that are due, the longest waiting first. None when nothing is due; an empty lease when somebody
/// else was faster.
///
/// # Errors
/// The store's.
pub async fn take(ctx: &Ctx) -> Result<Option<Lease>> {
    let due = |status: PushStatus| {
        Query::<Push>::new()
            .filter(Filter::eq(Push::STATUS, status))
            .filter(Filter::le(Push::DUE_AT, ctx.now()))
            .order(Order::asc(Push::DUE_AT))
            .limit(TAKEN)
    };
    let asked = (due(PushStatus::Pending), due(PushStatus::Processing));
    let (waiting, left) = ctx.read(asked).await?;
    // Pushes that a worker left behind go first: they are the oldest.
    let pushes = left.into_iter().chain(waiting).take(TAKEN as usize);
    let mut pushes: Vec<Push> = pushes.map(Doc::into_inner).collect();
    if pushes.is_empty() {
        return Ok(None);
    }
    let end = ctx.now().plus(LEASE);
    if ctx.try_commit(mark(ctx, &pushes, end)).await?.is_none() {
        pushes.clear();
    }
    Ok(Some(Lease { end, pushes }))
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
