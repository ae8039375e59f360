//! Consumers: each reads a collection in its commit order, the event log or another that is only
//! ever added to, and handles every document exactly once.
//!
//! A consumer's effects are committed together with its cursor's move, on the condition that the cursor
//! still stands where it was read. One of two that run at once wins, and the other starts again from
//! the new place; after a crash the next run goes on where the last commit stood.

use std::time::{Duration, Instant};

use whisper_schema::prelude::ConsumerCursor;
use whisper_schema::{Column, Document, Timestamp};
use whisper_store::{Batch, Doc, Filter, Get, Order, Patch, Query, StoreError};

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::jobs::Tally;

/// How long a run that lost a race leaves the winner alone.
pub const AFTER_LOSS: Duration = Duration::from_millis(10);
/// The longest pause between looks at documents that are held back; the first is [`AFTER_LOSS`], and each next one twice as long.
const LONGEST: Duration = Duration::from_millis(160);

/// How much a run may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The most documents that are handled in one commit.
    pub limit: u32,
    /// The most operations of one commit, give or take the effects of one document.
    pub rows: usize,
    /// How long a run goes on, give or take a commit.
    pub time: Duration,
}

impl Bounds {
    /// So many documents in one commit, however many operations they take, and so long a run.
    pub const fn new(limit: u32, time: Duration) -> Self {
        Self {
            limit,
            rows: usize::MAX,
            time,
        }
    }

    /// With so many operations in one commit.
    #[must_use]
    pub const fn rows(self, rows: usize) -> Self {
        Self { rows, ..self }
    }
}

/// The outcome of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consumed {
    /// Documents that were handled.
    pub handled: u64,
    /// Whether there may be more.
    pub more: bool,
    /// Whether there are more that can't be read yet, as PostgreSQL holds them back for an older transaction.
    pub is_held_back: bool,
}

/// Hands over portions until nothing is left, or the time is over; then the tally is capped, or says that all that is left is held back. A portion whose
/// effects are more than one commit may do, by the bounds or by the database, is halved; later ones grow again.
///
/// # Errors
/// The handler's and the store's; documents handled before stay handled, and counted.
pub async fn run<D, F>(
    ctx: &Ctx,
    name: &str,
    bounds: Bounds,
    tally: &Tally,
    handle: F,
) -> Result<()>
where
    D: Document,
    F: AsyncFn(Vec<Doc<D>>) -> Result<Batch>,
{
    let start = Instant::now();
    let (mut limit, mut pause) = (bounds.limit, AFTER_LOSS);
    loop {
        let bounded = async |documents| {
            let effects = handle(documents).await?;
            match effects.len() > bounds.rows && limit > 1 {
                true => Err(Error::too_large(effects.len(), bounds.rows)),
                false => Ok(effects),
            }
        };
        let step = match consume(ctx, name, limit, bounded).await {
            // Not every database does as much at once: fewer documents make fewer effects.
            Err(error) if error.is_too_large() && limit > 1 => {
                limit /= 2;
                continue;
            }
            step => step?,
        };
        tally.done(step.handled);
        if !step.more && !step.is_held_back {
            return Ok(());
        }
        if start.elapsed() >= bounds.time {
            match step.more {
                true => tally.cap(),
                false => tally.hold_back(),
            }
            return Ok(());
        }
        if step.handled > 0 {
            limit = (limit * 2).min(bounds.limit);
            pause = AFTER_LOSS;
        } else {
            let waits = if step.more { AFTER_LOSS } else { pause };
            ctx.store().await?.pause(waits).await;
            pause = (waits * 2).min(LONGEST);
        }
    }
}

/// Hands the next documents, at most `limit`, to `handle`, which gives the batch to commit for them.
///
/// # Errors
/// The handler's and the store's; then the cursor stays, and nothing was committed.
pub async fn consume<D, F>(ctx: &Ctx, name: &str, limit: u32, handle: F) -> Result<Consumed>
where
    D: Document,
    F: AsyncFnOnce(Vec<Doc<D>>) -> Result<Batch>,
{
    let cursor = ctx.read(Get::<ConsumerCursor>::id(name)).await?;
    let position = cursor.as_ref().map_or(0, |cursor| cursor.position);
    let store = ctx.store().await?;
    let next = Query::<D>::new().in_commit_order(position).limit(limit);
    let newest = Query::<D>::new().order(Order::desc(Column::seq())).first();
    let (next, newest) = store
        .read((next, store.settles_late().then_some(newest)))
        .await?;
    let last = next.last().map_or(position, |document| document.seq);
    // A consumer is woken once for a document: it waits for those that are there and are held back for a moment.
    let is_held_back = newest.flatten().is_some_and(|newest| newest.seq > last);
    if next.is_empty() {
        return Ok(Consumed {
            is_held_back,
            ..Consumed::default()
        });
    }
    let count = next.len() as u64;
    let effects = handle(next).await?;
    let moved = Batch::new();
    let moved = if cursor.is_some() {
        let patch = Patch::new()
            .set(ConsumerCursor::READS, D::COLLECTION.id)
            .set(ConsumerCursor::POSITION, last)
            .set(ConsumerCursor::UPDATED_AT, Timestamp::AT_COMMIT);
        moved.update_if(name, patch, Filter::eq(ConsumerCursor::POSITION, position))
    } else {
        moved.insert(&ConsumerCursor {
            id: name.to_owned(),
            reads: Some(D::COLLECTION.id.to_owned()),
            position: last,
            updated_at: Timestamp::AT_COMMIT,
        })
    };
    match ctx
        .store()
        .await?
        .commit(moved.label(CURSOR).append(effects))
        .await
    {
        Ok(_) => Ok(Consumed {
            handled: count,
            more: count == u64::from(limit),
            is_held_back,
        }),
        // Another run handled them: not an error, and there may be more behind them.
        Err(error) if lost(&error) => Ok(Consumed {
            more: true,
            ..Consumed::default()
        }),
        Err(error) => Err(error.into()),
    }
}

const CURSOR: &str = "consumer cursor";

fn lost(error: &StoreError) -> bool {
    error.failed_at(CURSOR)
        || matches!(error, StoreError::Conflict { collection, index }
            if collection == "consumerCursors" && index == "_id")
}
