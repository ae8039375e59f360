//! The consumer of `events` that keeps the entries: after each event of a message its entries are made again from
//! the message as it stands now, or taken out.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use whisper_kit::consumer::{self, Bounds};
use whisper_kit::jobs::Tally;
use whisper_kit::{Ctx, Result};
use whisper_people::by_ids;
use whisper_schema::prelude::{Ephemeral, Event, Message};
use whisper_store::{Batch, Doc};

use crate::entries::Entries;

/// Name of the consumer: its cursor in `consumerCursors`.
pub const CONSUMER: &str = "search";
/// How many events one commit handles: the write lock is held for some 10 ms, most of it for the table of words.
const EVENTS: u32 = 50;

/// Handles events until none is left or the time is over.
///
/// # Errors
/// The store's; events that were handled before stay handled.
pub async fn run(ctx: &Ctx, time: Duration, tally: &Tally) -> Result<()> {
    let bounds = Bounds::new(EVENTS, time);
    consumer::run(ctx, CONSUMER, bounds, tally, async |events| {
        effects(ctx, &events).await
    })
    .await
}

/// The commit for these events.
async fn effects(ctx: &Ctx, events: &[Doc<Event>]) -> Result<Batch> {
    let (mut sent, mut changed) = (BTreeSet::new(), BTreeSet::new());
    for event in events {
        match event.kind.as_str() {
            "message.sent" => sent.insert(event.subject.as_str()),
            "message.edited" | "message.deleted" | "message.expired" => {
                changed.insert(event.subject.as_str())
            }
            _ => continue,
        };
    }
    let all = sent.union(&changed).copied();
    let found = ctx.read(by_ids::<Message>(all.clone())).await?;
    let standing: BTreeMap<String, Doc<Message>> = found
        .into_iter()
        .flatten()
        .filter(|message| message.stands(ctx.now()))
        .map(|message| (message.id.clone(), message))
        .collect();
    let mut entries = Entries::default();
    for id in all {
        match standing.get(id) {
            Some(message) => entries.put(message, changed.contains(id)),
            // One that was sent may have been taken in already: see the back-fill.
            None => entries.take_out(id),
        }
    }
    Ok(entries.into_batch())
}
