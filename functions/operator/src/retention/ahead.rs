//! Documents with times of a clock that was far ahead. A conversation that was active then would stand on top of every list
//! until the clock gets there; a story that was posted then would be kept as long, though it isn't shown.

use whisper_kit::jobs::Tally;
use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{
    Column, Conversation, Document, Ephemeral, JobRun, Story, Timestamp,
};
use whisper_store::{Batch, Filter, Order, Patch, Query};

use super::{DAY, JOB};

/// Documents that one commit mends.
const ROWS: u32 = 200;
/// Commits of a run, for each kind.
const PORTIONS: u32 = 50;
/// Runs of a day, at one in ten minutes.
const RUNS: u32 = 144;

/// Sets times that are more than a day further ahead than they can be to the time of the commit.
pub async fn mend(ctx: &Ctx, tally: &Tally) -> Result<()> {
    let now = ctx.now();
    let tomorrow = now.plus(DAY);
    set_back(ctx, tally, Conversation::LAST_MESSAGE_AT, tomorrow).await?;
    // The job story-expiry removes it then.
    let latest = Story::latest_end(now).unwrap_or(Timestamp::MAX);
    set_back(ctx, tally, Story::EXPIRES_AT, latest).await
}

/// Sets those beyond the farthest time to the time of the commit.
///
/// Nothing is done until the clock has told about the same time for a day of runs: one that has just gone back may be
/// wrong itself, and the order of all lists, and all stories, would be lost.
async fn set_back<D: Document>(
    ctx: &Ctx,
    tally: &Tally,
    time: Column<D>,
    farthest: Timestamp,
) -> Result<()> {
    let tomorrow = ctx.now().plus(DAY);
    let runs = Query::<JobRun>::new()
        .filter(Filter::eq(JobRun::JOB, JOB))
        .order(Order::desc(Column::seq()))
        .limit(RUNS);
    let ahead = Query::<D>::new()
        .filter(Filter::gt(time, farthest))
        .order(Order::asc(time))
        .limit(ROWS);
    for _ in 0..PORTIONS {
        let (runs, ahead) = ctx.read((runs.clone(), ahead.clone())).await?;
        if ahead.is_empty() || runs.iter().any(|run| run.started_at > tomorrow) {
            return Ok(());
        }
        let now = Patch::new().set(time, Timestamp::AT_COMMIT);
        let batch = ahead.iter().fold(Batch::new(), |batch, document| {
            batch.update(document.id(), now.clone())
        });
        ctx.store().await?.commit(batch).await?;
        tally.done(ahead.len() as u64);
    }
    tally.cap();
    Ok(())
}
