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

/// The end of the log.
#[derive(Clone, Copy, Debug)]
pub struct Newest {
    /// The place to begin at. On TablesDB it is 20 s old, so that an event which comes in between later is told again rather than missed.
    pub place: Position,
    /// Commit number of the newest event: a place behind it is of another database.
    pub last: i64,
}

/// The end of the log.
///
/// # Errors
/// The store's.
pub async fn newest(ctx: &Ctx) -> Result<Newest> {
    let newest = Query::<Event>::new()
        .order(Order::desc(Column::seq()))
        .settled();
    let settled = ctx.most_operations()?.map(|_| {
        let until = Filter::le(Event::CREATED_AT, ctx.now().plus(-LAG));
        newest.clone().filter(until).first()
    });
    let is_settled = settled.is_none();
    let (newest, settled) = ctx.read((newest.first(), settled)).await?;
    let last = newest.map_or(0, |newest| newest.seq);
    let seq = match is_settled {
        true => last,
        false => settled.flatten().map_or(0, |settled| settled.seq),
    };
    let at = ctx.now();
    Ok(Newest {
        place: Position { seq, at },
        last,
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
    let newest = Query::<Signal>::new()
        .order(Order::desc(Column::seq()))
        .settled();
    let newest = ctx.read(newest.first()).await?;
    Ok(newest.map_or(0, |newest| newest.seq))
}

/// When the oldest event behind a place may have been, for a client to be told of all since: a day ago.
pub fn oldest(now: Timestamp) -> Timestamp {
    now.plus(-24 * 3_600_000)
}
