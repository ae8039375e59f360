//! The back-fill: messages from before there was a search, which no event in the log tells of any more.
//!
//! The first run notes the newest message there is. Runs go through the messages up to there in the order of their
//! commits, once, and are done for good.

use std::time::{Duration, Instant};

use whisper_kit::jobs::Tally;
use whisper_kit::{Attempt, Ctx, Result};
use whisper_schema::prelude::{Column, ConsumerCursor, Ephemeral, Message, Timestamp};
use whisper_store::{Batch, Doc, Filter, Get, Order, Patch, Query};

use crate::entries::Entries;
use crate::index::CONSUMER;

/// How far the back-fill has come: a cursor in `consumerCursors`. Another name has it begin anew, as when there is another kind of
/// entries.
const CURSOR: &str = "search-backfill-mentions";
/// Where it ends.
const END: &str = "search-backfill-mentions-end";
/// How many messages one commit takes in.
const MESSAGES: usize = 50;

/// Takes in messages until none is left or the time is over.
///
/// # Errors
/// The store's; messages that were taken in stay.
pub async fn run(ctx: &Ctx, time: Duration, tally: &Tally) -> Result<()> {
    let until = Instant::now() + time;
    loop {
        let since = Instant::now();
        let step = ctx.retry(async || step(ctx).await).await?;
        tally.done(step.taken_in);
        if !step.more {
            return Ok(());
        }
        if Instant::now() >= until {
            tally.cap();
            return Ok(());
        }
        // Requests that wait for the lock get it, however much there is to take in.
        ctx.store().await?.pause(since.elapsed()).await;
    }
}

/// The outcome of a commit.
struct Step {
    taken_in: u64,
    more: bool,
}

async fn step(ctx: &Ctx) -> Result<Attempt<Step>> {
    let cursor = |name: &str| Get::<ConsumerCursor>::id(name);
    let newest = Query::<Message>::new()
        .order(Order::desc(Column::seq()))
        .settled()
        .first();
    let asked = (cursor(END), cursor(CURSOR), cursor(CONSUMER), newest);
    let (end, position, events, newest) = ctx.read(asked).await?;
    let Some(end) = end else {
        let end = place(END, newest.map_or(0, |message| message.seq));
        let begun = ctx.try_commit(Batch::new().insert(&end)).await?;
        return Ok(outcome(begun.is_some(), 0, true));
    };
    let from = position.as_ref().map_or(0, |cursor| cursor.position);
    if from >= end.position {
        return Ok(outcome(true, 0, false));
    }
    let limit = u32::try_from(ctx.store().await?.portion(MESSAGES)).unwrap_or(1);
    let next = Query::<Message>::new()
        .in_commit_order(from)
        .filter(Filter::le(Column::seq(), end.position))
        .limit(limit);
    let messages = ctx.read(next).await?;
    let last = messages.last().map_or(end.position, |last| last.seq);
    let mut entries = Entries::default();
    for message in messages.iter().filter(|message| message.stands(ctx.now())) {
        entries.put(message, false);
    }
    let batch = moved(position.as_ref(), last).append(entries.into_batch());
    let batch = still_at(batch, events.as_ref());
    let committed = ctx.try_commit(batch).await?;
    let taken_in = messages.len() as u64;
    Ok(outcome(committed.is_some(), taken_in, last < end.position))
}

fn outcome(is_done: bool, taken_in: u64, more: bool) -> Attempt<Step> {
    match is_done {
        true => Attempt::Done(Step { taken_in, more }),
        false => Attempt::Retry,
    }
}

/// On the condition that the consumer hasn't gone on. A message that is deleted between the read and the commit has an
/// event that the consumer has yet to see: then it takes out again the entries that are put in here.
fn still_at(batch: Batch, events: Option<&Doc<ConsumerCursor>>) -> Batch {
    let consumer = Filter::<ConsumerCursor>::eq(Column::id(), CONSUMER);
    match events {
        Some(events) => {
            let there = Filter::eq(ConsumerCursor::POSITION, events.position);
            batch.expect_some(Filter::and([consumer, there]))
        }
        None => batch.expect_none(consumer),
    }
}

/// The move of the cursor, on the condition that it stands where it was read.
fn moved(cursor: Option<&Doc<ConsumerCursor>>, position: i64) -> Batch {
    match cursor {
        None => Batch::new().insert(&place(CURSOR, position)),
        Some(cursor) => {
            let patch = Patch::new()
                .set(ConsumerCursor::POSITION, position)
                .set(ConsumerCursor::UPDATED_AT, Timestamp::AT_COMMIT);
            let there = Filter::eq(ConsumerCursor::POSITION, cursor.position);
            Batch::new().update_if(CURSOR, patch, there)
        }
    }
}

fn place(name: &str, position: i64) -> ConsumerCursor {
    ConsumerCursor {
        id: name.to_owned(),
        // No collection is held back for it: it goes through messages, not events.
        reads: None,
        position,
        updated_at: Timestamp::AT_COMMIT,
    }
}
