//! The event log, as it is read on from a place.

use whisper_kit::Ctx;
use whisper_kit::error::{Error, Result};
use whisper_kit::log::{self as journal, Level};
use whisper_schema::prelude::{Column, Event, Signal};
use whisper_schema::{Document, Timestamp};
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

/// The news behind a place, and the signs that passed behind another, so many of each at most, in one statement.
///
/// # Errors
/// The store's.
pub async fn behind_both(
    ctx: &Ctx,
    (seq, limit): (i64, u32),
    (signals, most_signals): (i64, u32),
) -> Result<(Vec<News>, Vec<Doc<Signal>>)> {
    let events = Query::<Event>::new().in_commit_order(seq).limit(limit);
    let signals = Query::<Signal>::new()
        .in_commit_order(signals)
        .limit(most_signals);
    let (events, signals) = ctx.read((events, signals)).await?;
    Ok((events.into_iter().map(News::from).collect(), signals))
}

/// The signs that passed behind a place, so many at most.
///
/// # Errors
/// The store's.
pub async fn signals_behind(ctx: &Ctx, seq: i64, limit: u32) -> Result<Vec<Doc<Signal>>> {
    let signals = Query::<Signal>::new().in_commit_order(seq).limit(limit);
    ctx.read(signals).await
}

/// Steps over the first entry behind a place, which can't be told for this error: gives its commit number, and logs that it is left out.
///
/// # Errors
/// The error itself where there is no such entry, and the store's.
pub async fn step_over<D: Document>(ctx: &Ctx, behind: i64, error: Error) -> Result<i64> {
    let Some(seq) = next::<D>(ctx, behind).await? else {
        return Err(error);
    };
    let cause = error.source_text().unwrap_or_default();
    let fields = [
        ("collection", D::COLLECTION.id.into()),
        ("seq", seq.into()),
        ("cause", cause.into()),
    ];
    journal::write(
        Level::Error,
        "entry_stepped_over",
        ctx.request_id(),
        &fields,
    );
    Ok(seq)
}

/// Commit number of the first entry behind a place, which needn't be readable: it is found by counting.
async fn next<D: Document>(ctx: &Ctx, behind: i64) -> Result<Option<i64>> {
    let has_some = async |from: i64, to: i64| -> Result<bool> {
        let some = Query::<D>::new()
            .filter(Filter::gt(Column::seq(), from))
            .filter(Filter::le(Column::seq(), to));
        Ok(ctx.read(some.count(1)).await? > 0)
    };
    if !has_some(behind, i64::MAX).await? {
        return Ok(None);
    }
    // None up to `low`, and one at least up to `high`.
    let (mut low, mut high) = (behind, behind.saturating_add(1));
    while !has_some(low, high).await? {
        let step = high.saturating_sub(behind).saturating_mul(2);
        (low, high) = (high, behind.saturating_add(step));
    }
    while high.saturating_sub(low) > 1 {
        let middle = low + (high - low) / 2;
        match has_some(low, middle).await? {
            true => high = middle,
            false => low = middle,
        }
    }
    Ok(Some(high))
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
