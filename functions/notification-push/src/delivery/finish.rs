//! The end of a delivery: an entry of the outbox all of whose recipients were handed on, and whose pushes have all come
//! to an end.

use std::collections::BTreeSet;

use whisper_kit::{Ctx, Result, together};
use whisper_people::by_ids;
use whisper_schema::prelude::{
    Column, FanOut, Push, PushStatus, QueuedMessage, QueuedMessageStatus,
};
use whisper_store::{Batch, Doc, Filter, Query};

use super::entry::{delivered, failed};

/// How many entries one commit ends.
const PER_COMMIT: usize = 100;
/// How many of the users that were not reached an entry names.
const NAMED: u32 = 100;

/// Ends the entries of these that have nothing under way: delivered, or failed if any push did.
/// Gives how many.
///
/// # Errors
/// The store's.
pub async fn finish(ctx: &Ctx, entries: &[String]) -> Result<u64> {
    let mut ended = 0;
    for some in entries.chunks(ctx.store().await?.portion(PER_COMMIT)) {
        let found = ends(ctx, some).await?;
        let outcome = together(&found, async |ends| {
            let store = ctx.store().await?;
            Ok(store.commit(batch(ends)).await?)
        })
        .await?;
        ended += outcome
            .done
            .iter()
            .map(|(ends, _)| ends.len() as u64)
            .sum::<u64>();
        for (_, error) in outcome.failed {
            // Somebody else ended it, or an operator started it again.
            if !error.is_stale() {
                return Err(error);
            }
        }
    }
    Ok(ended)
}

/// An entry that came to its end, and how.
struct End {
    id: String,
    failed: Vec<Push>,
}

/// Holds for pushes under way.
fn live() -> Filter<Push> {
    Filter::is_in(Push::STATUS, [PushStatus::Pending, PushStatus::Processing])
}

async fn ends(ctx: &Ctx, ids: &[String]) -> Result<Vec<End>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let entries = Query::<QueuedMessage>::new()
        .filter(Filter::is_in(Column::id(), ids.iter().map(String::as_str)))
        .filter(Filter::eq(
            QueuedMessage::STATUS,
            QueuedMessageStatus::Processing,
        ))
        .limit(PER_COMMIT as u32);
    let in_line = by_ids::<FanOut>(ids.iter().map(String::as_str));
    let of = |id: &String| Query::<Push>::new().filter(Filter::eq(Push::QUEUE_ID, id.as_str()));
    let alive: Vec<_> = ids
        .iter()
        .map(|id| of(id).filter(live()).count(1))
        .collect();
    let failed = |id| {
        of(id)
            .filter(Filter::eq(Push::STATUS, PushStatus::Failed))
            .limit(NAMED)
    };
    let failed: Vec<_> = ids.iter().map(failed).collect();
    let (entries, in_line, alive, failed) = ctx.read((entries, in_line, alive, failed)).await?;
    let mut ending: BTreeSet<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    for place in in_line.iter().flatten() {
        ending.remove(place.id.as_str());
    }
    let cases = ids.iter().zip(alive).zip(failed);
    Ok(cases
        .filter(|((id, alive), _)| *alive == 0 && ending.contains(id.as_str()))
        .map(|((id, _), failed)| End {
            id: id.clone(),
            failed: failed.into_iter().map(Doc::into_inner).collect(),
        })
        .collect())
}

fn batch(ends: &[End]) -> Batch {
    let ids = || ends.iter().map(|end| end.id.as_str());
    let moved = Filter::<QueuedMessage>::and([
        Filter::is_in(Column::id(), ids()),
        Filter::ne(QueuedMessage::STATUS, QueuedMessageStatus::Processing),
    ]);
    let in_line = Filter::<FanOut>::is_in(Column::id(), ids());
    let under_way = Filter::and([Filter::is_in(Push::QUEUE_ID, ids()), live()]);
    let start = Batch::new()
        .expect_none(moved)
        .expect_none(in_line)
        .expect_none(under_way);
    ends.iter().fold(start, |batch, end| {
        let patch = match end.failed.is_empty() {
            true => delivered(),
            false => failed(&end.failed),
        };
        batch.update(&end.id, patch)
    })
}
