//! The parts of collections that PostgreSQL keeps in parts: made ahead, and dropped whole when all that is in one is past.
//!
//! A part that is dropped costs the same whatever is in it. So its documents aren't removed one by one before: they wait until the newest of them is
//! past too, at most for the length of a part. Documents that wait for longer go one by one: those with an id from another time, or without one.

use std::time::Duration;

use whisper_kit::jobs::Tally;
use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{Column, Document, Timestamp};
use whisper_schema::{Parts, Retention};
use whisper_store::{Ahead, Filter, Query, StoreError};

use super::{DAY, aged};

/// How many lengths of a part there is room for ahead of the present, while no run makes more.
const AHEAD: i64 = 2;
/// Parts that a run drops at most: each one takes the collection for itself for a moment.
const DROPS: usize = 20;
/// The pause between two drops.
const BETWEEN: Duration = Duration::from_millis(100);
/// The days that documents are taken to be kept where they are kept for ever: parts have to have a length.
const FOR_EVER: i64 = 360;

/// The milliseconds of a part of a collection whose documents stay for so many days: as much of them as is declared, in whole days.
pub fn length<D: Document>(parts: Parts, kept: Option<i64>) -> i64 {
    let declared = D::COLLECTION.retention.iter().find_map(|one| match one {
        Retention::Days { days, .. } => Some(i64::from(*days)),
        _ => None,
    });
    let kept = kept.unwrap_or(FOR_EVER);
    (kept * i64::from(parts.days) / declared.unwrap_or(FOR_EVER).max(1)).max(1) * DAY
}

/// Makes parts for the time to come. False where others have had the collection for too long: then it is let alone.
pub async fn ahead<D: Document>(ctx: &Ctx, tally: &Tally, length: i64) -> Result<bool> {
    // Parts begin and end with days.
    let today = ctx.now().as_millis().div_euclid(DAY) * DAY;
    let until = Timestamp::from_millis(today + DAY + AHEAD * length);
    match ctx.store().await?.parts_ahead::<D>(until, length).await {
        Ok(Ahead::Made(_)) => Ok(true),
        // The next run tries again.
        Ok(Ahead::Full) => {
            tally.cap();
            Ok(true)
        }
        Err(StoreError::Busy) => {
            tally.cap();
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Drops the parts that have nothing but documents from before `before`, and none that a consumer has still to read.
pub async fn drop_past<D: Document>(
    ctx: &Ctx,
    tally: &Tally,
    before: Timestamp,
    time: fn(&D) -> Option<Timestamp>,
) -> Result<()> {
    let store = ctx.store().await?;
    let past = store.parts_past::<D>(before).await?;
    let read_by_all = aged::read_by_all::<D>(ctx).await?;
    for (number, part) in past.iter().enumerate() {
        if number == DROPS {
            tally.cap();
            return Ok(());
        }
        if let Some(last) = part.last {
            let last = Query::<D>::new().filter(Filter::eq(Column::seq(), last));
            let last = ctx.read(last.first()).await?;
            // Documents that stand before it are as old, in spite of their times.
            let is_old = |last: &D| time(last).is_some_and(|at| at < before);
            if !last.is_some_and(|last| last.seq <= read_by_all && is_old(&last.value)) {
                continue;
            }
        }
        match store.drop_part::<D>(part).await {
            // Commits that waited behind it go first.
            Ok(true) => {
                tally.done(part.documents);
                store.pause(BETWEEN).await;
            }
            // One came, or went, meanwhile.
            Ok(false) => tally.cap(),
            // Others have had the collection for too long, and commits wait behind each try.
            Err(StoreError::Busy) => {
                tally.cap();
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
