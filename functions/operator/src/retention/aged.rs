//! The oldest documents of a collection, found by the order of their commits: it needs no index of its own.

use whisper_kit::jobs::Tally;
use whisper_kit::{Ctx, Result};
use whisper_schema::Document;
use whisper_schema::prelude::{Column, ConsumerCursor, Timestamp};
use whisper_store::{Batch, Doc, Filter, Order, Query};

/// Documents that one commit removes, so that the write lock isn't held for long.
const ROWS: u32 = 200;
/// Portions that a run looks at.
const PORTIONS: u32 = 50;
/// How long a consumer that doesn't move while another does holds back the events that it hasn't read, in milliseconds: after that its
/// component is gone.
const CONSUMER: i64 = 90 * 24 * 3_600_000;
/// More consumers than a deployment has.
const CONSUMERS: u32 = 200;

/// Removes documents from before `before`, portion by portion, and none that a consumer has still to read.
///
/// One that stands before an older one is as old, in spite of its time: the clock was ahead when it was made.
pub async fn sweep<D: Document>(
    ctx: &Ctx,
    tally: &Tally,
    before: Timestamp,
    time: fn(&D) -> Option<Timestamp>,
) -> Result<()> {
    let read_by_all = read_by_all::<D>(ctx).await?;
    let mut behind = 0;
    for _ in 0..PORTIONS {
        let next = Query::<D>::new()
            .filter(Filter::gt(Column::seq(), behind))
            .filter(Filter::le(Column::seq(), read_by_all))
            .order(Order::asc(Column::seq()))
            .limit(ROWS);
        let next: Vec<Doc<D>> = ctx.read(next).await?;
        let is_old = |one: &Doc<D>| time(one).is_some_and(|at| at < before);
        let is_ahead = |one: &Doc<D>| time(one).is_some_and(|at| at > ctx.now());
        match (next.iter().rev().find(|one| is_old(one)), next.last()) {
            (Some(last), _) => {
                let old = Filter::<D>::le(Column::seq(), last.seq);
                let batch = Batch::new().delete_where(old, next.len() as u64);
                let gone = ctx.store().await?.commit(batch).await?;
                tally.done(gone.affected.iter().sum());
            }
            (None, Some(last)) if next.iter().all(is_ahead) => behind = last.seq,
            _ => return Ok(()),
        }
    }
    tally.cap();
    Ok(())
}

/// The place up to which every consumer has read the collection.
pub async fn read_by_all<D: Document>(ctx: &Ctx) -> Result<i64> {
    let consumers = Query::<ConsumerCursor>::new().limit(CONSUMERS);
    let consumers = ctx.read(consumers).await?;
    let is_consumer = |one: &&Doc<ConsumerCursor>| {
        let reads = one.reads.as_deref();
        reads != Some(ConsumerCursor::NO_CONSUMER)
    };
    let consumers: Vec<_> = consumers.iter().filter(is_consumer).collect();
    // By the others' moves since, not by the clock alone: after a pause of all of them none is gone.
    let newest = consumers.iter().map(|one| one.updated_at).max();
    let alive = newest.map_or(ctx.now(), |newest| newest.min(ctx.now()));
    let alive = alive.plus(-CONSUMER);
    let places = consumers
        .iter()
        .filter(|one| one.reads.as_deref().is_none_or(|id| id == D::COLLECTION.id))
        .filter(|one| one.updated_at > alive)
        .map(|one| one.position);
    Ok(places.min().unwrap_or(i64::MAX))
}
