//! The outbox (`messageQueue`): each entry that waits is handed on to devices at once, or gets a place in its sender's
//! line. So after any sender's messages the next one's entry is reached within a few steps.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use whisper_kit::jobs::Tally;
use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{Column, FanOut, QueuedMessage, QueuedMessageStatus};
use whisper_store::{Doc, Filter, Order, Query};

use super::case::{Around, Case, read_recipients, with_messages};
use super::plan::Plan;

/// How many entries one step looks at.
const ENTRIES: u32 = 50;
/// How long a step that lost a race leaves the winner alone.
const AFTER_LOSS: Duration = Duration::from_millis(10);

/// Takes in the entries that wait, until none does or the time is over.
///
/// # Errors
/// The store's.
pub async fn run(ctx: &Ctx, end: Instant, tally: &Tally) -> Result<()> {
    loop {
        let entries = waiting(ctx).await?;
        if entries.is_empty() {
            return Ok(());
        }
        if Instant::now() >= end {
            tally.cap();
            return Ok(());
        }
        let found = entries.len() as u64;
        let Some(taken) = step(ctx, entries).await? else {
            ctx.store().await?.pause(AFTER_LOSS).await;
            continue;
        };
        tally.done(taken);
        // A call of their own tells of entries that come in the meantime.
        if taken == found && found < u64::from(ENTRIES) {
            return Ok(());
        }
    }
}

/// The entries that wait, the most important and then the oldest first.
async fn waiting(ctx: &Ctx) -> Result<Vec<QueuedMessage>> {
    let entries = Query::<QueuedMessage>::new()
        .filter(Filter::eq(
            QueuedMessage::STATUS,
            QueuedMessageStatus::Pending,
        ))
        .filter(Filter::or([
            Filter::is_null(QueuedMessage::SCHEDULED_FOR),
            Filter::le(QueuedMessage::SCHEDULED_FOR, ctx.now()),
        ]))
        .order(Order::desc(QueuedMessage::PRIORITY))
        .order(Order::asc(Column::seq()))
        .limit(ENTRIES);
    let entries = ctx.read(entries).await?;
    Ok(entries.into_iter().map(Doc::into_inner).collect())
}

/// Takes in as many of these as one commit may; gives how many, and none when somebody else was faster.
async fn step(ctx: &Ctx, entries: Vec<QueuedMessage>) -> Result<Option<u64>> {
    let entries = entries.into_iter().map(|entry| (entry, None)).collect();
    let anybody = Query::<FanOut>::new().count(1);
    let (mut cases, anybody) = with_messages(ctx, entries, anybody).await?;
    let in_line = match anybody {
        0 => BTreeSet::new(),
        _ => in_line(ctx, &cases).await?,
    };
    // Behind the same sender's entries that are in line already.
    let has_turn = |case: &Case| case.sender().is_some_and(|s| !in_line.contains(s));
    read_recipients(ctx, &mut cases, has_turn).await?;
    let around = Around::read(ctx, &cases).await?;
    let mut plan = Plan::new(ctx, &around).await?;
    plan.add_all(&cases);
    let handed = plan.commit().await?;
    Ok(handed.map(|handed| handed.taken as u64))
}

/// Senders who have something in line, of these.
async fn in_line(ctx: &Ctx, cases: &[Case]) -> Result<BTreeSet<String>> {
    let senders: BTreeSet<&str> = cases.iter().filter_map(Case::sender).collect();
    let of_sender = |sender: &&str| {
        let of_sender = Filter::eq(FanOut::SENDER_ID, *sender);
        Query::<FanOut>::new().filter(of_sender).count(1)
    };
    let counts: Vec<_> = senders.iter().map(of_sender).collect();
    let counts = ctx.read(counts).await?;
    let counted = senders.into_iter().zip(counts);
    let in_line = counted.filter(|(_, count)| *count > 0);
    Ok(in_line.map(|(sender, _)| sender.to_owned()).collect())
}
