//! The end of a delivery: an entry of the outbox whose pushes have all come to an end.

use std::collections::BTreeSet;

use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{
    Column, Push, PushStatus, QueuedMessage, QueuedMessageStatus, Timestamp,
};
use whisper_store::{Batch, Doc, Filter, Patch, Query, StoreError};

use super::fan_out::delivered;

/// How many entries one commit ends.
const PER_COMMIT: usize = 100;
/// How many of the users that were not reached an entry names.
const NAMED: u32 = 100;

/// Ends those of these entries that have no push under way: delivered, or failed if any push did.
/// Gives how many.
///
/// # Errors
/// The store's.
pub async fn finish(ctx: &Ctx, entries: &[String]) -> Result<u64> {
    let mut ended = 0;
    for some in entries.chunks(ctx.store().await?.portion(PER_COMMIT)) {
        let found = ends(ctx, some).await?;
        match commit(ctx, &found).await {
            Ok(()) => ended += found.len() as u64,
            // Somebody else ended one of them, or an operator started it again: each on its own.
            Err(StoreError::ConditionFailed { .. }) => {
                for one in &found {
                    match commit(ctx, std::slice::from_ref(one)).await {
                        Ok(()) => ended += 1,
                        Err(StoreError::ConditionFailed { .. }) => {}
                        Err(error) => return Err(error.into()),
                    }
                }
            }
            Err(error) => return Err(error.into()),
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
    let (entries, alive, failed) = ctx.read((entries, alive, failed)).await?;
    let in_hand: BTreeSet<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    let cases = ids.iter().zip(alive).zip(failed);
    Ok(cases
        .filter(|((id, alive), _)| *alive == 0 && in_hand.contains(id.as_str()))
        .map(|((id, _), failed)| End {
            id: id.clone(),
            failed: failed.into_iter().map(Doc::into_inner).collect(),
        })
        .collect())
}

async fn commit(ctx: &Ctx, ends: &[End]) -> std::result::Result<(), StoreError> {
    if ends.is_empty() {
        return Ok(());
    }
    let ids = || ends.iter().map(|end| end.id.as_str());
    let moved = Filter::<QueuedMessage>::and([
        Filter::is_in(Column::id(), ids()),
        Filter::ne(QueuedMessage::STATUS, QueuedMessageStatus::Processing),
    ]);
    let under_way = Filter::and([Filter::is_in(Push::QUEUE_ID, ids()), live()]);
    let start = Batch::new().expect_none(moved).expect_none(under_way);
    let batch = ends.iter().fold(start, |batch, end| {
        let patch = match end.failed.is_empty() {
            true => delivered(),
            false => failed(&end.failed),
        };
        batch.update(&end.id, patch)
    });
    match ctx.store().await {
        Ok(store) => store.commit(batch).await.map(|_| ()),
        Err(error) => Err(StoreError::Internal(error.to_string())),
    }
}

fn failed(pushes: &[Push]) -> Patch<QueuedMessage> {
    let users: BTreeSet<&str> = pushes.iter().map(|push| push.user_id.as_str()).collect();
    let attempts = pushes.iter().map(|push| push.attempts).max().unwrap_or(0);
    let error = pushes.iter().find_map(|push| push.error.clone());
    Patch::new()
        .set(QueuedMessage::STATUS, QueuedMessageStatus::Failed)
        .set(
            QueuedMessage::PENDING_FOR,
            users.into_iter().collect::<Vec<_>>(),
        )
        .set(QueuedMessage::RETRY_COUNT, attempts)
        .set(QueuedMessage::ERROR, error)
        .set(QueuedMessage::PROCESSED_AT, Timestamp::AT_COMMIT)
}
