//! Consumers of events: each reads the log in its order and handles every event exactly once.
//!
//! A consumer's effects are committed together with its cursor's move, on the condition that the cursor
//! still stands where it was read. Of two that run at once one wins and the other starts again from
//! the new place; after a crash the next run goes on where the last commit stood.

use whisper_schema::Column;
use whisper_schema::Timestamp;
use whisper_schema::prelude::{ConsumerCursor, Event};
use whisper_store::{Batch, Doc, Filter, Order, Patch, StoreError};

use crate::ctx::Ctx;
use crate::error::Result;

/// What one run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consumed {
    /// Events that were handled.
    pub handled: u64,
    /// Whether there may be more.
    pub more: bool,
}

/// Hands the next events, at most `limit`, to `handle`, which gives what to commit for them.
///
/// # Errors
/// The handler's and the store's; then the cursor stays, and nothing was committed.
pub async fn consume<F, Fut>(ctx: &Ctx, name: &str, limit: u32, handle: F) -> Result<Consumed>
where
    F: FnOnce(Vec<Doc<Event>>) -> Fut,
    Fut: Future<Output = Result<Batch>>,
{
    let cursor = ctx.store()?.get::<ConsumerCursor>(name).await?;
    let position = cursor.as_ref().map_or(0, |cursor| cursor.position);
    let events = ctx
        .store()?
        .find::<Event>()
        .filter(Filter::gt(Column::seq(), position))
        .order(Order::asc(Column::seq()))
        .limit(limit)
        .page()
        .await?
        .items;
    let Some(last) = events.last().map(|event| event.seq) else {
        return Ok(Consumed::default());
    };
    let count = events.len() as u64;
    let effects = handle(events).await?;
    let moved = Batch::new();
    let moved = if cursor.is_some() {
        let patch = Patch::new()
            .set(ConsumerCursor::POSITION, last)
            .set(ConsumerCursor::UPDATED_AT, Timestamp::AT_COMMIT);
        moved.update_if(name, patch, Filter::eq(ConsumerCursor::POSITION, position))
    } else {
        moved.insert(&ConsumerCursor {
            id: name.to_owned(),
            position: last,
            updated_at: Timestamp::AT_COMMIT,
        })
    };
    match ctx
        .store()?
        .commit(moved.label(CURSOR).append(effects))
        .await
    {
        Ok(_) => Ok(Consumed {
            handled: count,
            more: count == u64::from(limit),
        }),
        // Another run handled them: not an error, and there may be more behind them.
        Err(error) if lost(&error) => Ok(Consumed {
            handled: 0,
            more: true,
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
