//! The event log, as it is read on from a place.

use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Column, Event};
use whisper_store::{Filter, Order, Query};

use crate::news::News;
use crate::position::Position;

/// How old an event has to be on TablesDB until none of a lower number comes after it, in milliseconds.
const LAG: i64 = 20_000;

/// The place behind the newest event.
///
/// # Errors
/// The store's.
pub async fn newest(ctx: &Ctx) -> Result<Position> {
    let newest = Query::<Event>::new().order(Order::desc(Column::seq()));
    let newest = match ctx.most_operations()? {
        None => newest,
        // What comes in between later is given again, rather than missed.
        Some(_) => newest.filter(Filter::le(Event::CREATED_AT, ctx.now().plus(-LAG))),
    };
    let newest = ctx.read(newest.first()).await?;
    Ok(Position {
        seq: newest.map_or(0, |newest| newest.seq),
        at: ctx.now(),
    })
}

/// The news behind a place, so many at most.
///
/// # Errors
/// The store's.
pub async fn behind(ctx: &Ctx, seq: i64, limit: u32) -> Result<Vec<News>> {
    let events = Query::<Event>::new().in_commit_order(seq).limit(limit);
    let events = ctx.read(events).await?;
    Ok(events.into_iter().map(News::from).collect())
}

/// When the oldest event behind a place may have been, for a client to be told of all since: a day ago.
pub fn oldest(now: Timestamp) -> Timestamp {
    now.plus(-24 * 3_600_000)
}
