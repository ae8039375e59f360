//! The event log, as it is read on from a place.

use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Column, Event, Signal};
use whisper_store::{Doc, Filter, Order, Query};

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
        // An event that comes in between later is given again, rather than missed.
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

/// The news behind a place, and the signs that passed behind another, in one statement.
///
/// # Errors
/// The store's.
pub async fn behind_both(
    ctx: &Ctx,
    seq: i64,
    signals: i64,
    limit: u32,
) -> Result<(Vec<News>, Vec<Doc<Signal>>)> {
    let events = Query::<Event>::new().in_commit_order(seq).limit(limit);
    let signals = Query::<Signal>::new().in_commit_order(signals).limit(limit);
    let (events, signals) = ctx.read((events, signals)).await?;
    Ok((events.into_iter().map(News::from).collect(), signals))
}

/// Commit number of the newest sign that passed.
///
/// # Errors
/// The store's.
pub async fn newest_signal(ctx: &Ctx) -> Result<i64> {
    let newest = Query::<Signal>::new().order(Order::desc(Column::seq()));
    let newest = ctx.read(newest.first()).await?;
    Ok(newest.map_or(0, |newest| newest.seq))
}

/// When the oldest event behind a place may have been, for a client to be told of all since: a day ago.
pub fn oldest(now: Timestamp) -> Timestamp {
    now.plus(-24 * 3_600_000)
}
