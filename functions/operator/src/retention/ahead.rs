//! Conversations that were active while the clock was far ahead: they would stand on top of every list until it gets there.

use whisper_kit::jobs::Tally;
use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{Column, Conversation, JobRun, Timestamp};
use whisper_store::{Batch, Filter, Order, Patch, Query};

use super::{DAY, JOB};

/// Conversations that one commit mends.
const ROWS: u32 = 200;
/// Commits of a run.
const PORTIONS: u32 = 50;
/// Runs of a day, at one in ten minutes.
const RUNS: u32 = 144;

/// Sets `lastMessageAt` to the time of the commit where it is more than a day ahead.
///
/// Nothing is done until the clock has told about the same time for a day of runs: one that has just gone back may be
/// wrong itself, and the order of all lists would be lost.
pub async fn mend(ctx: &Ctx, tally: &Tally) -> Result<()> {
    let farthest = ctx.now().plus(DAY);
    let runs = Query::<JobRun>::new()
        .filter(Filter::eq(JobRun::JOB, JOB))
        .order(Order::desc(Column::seq()))
        .limit(RUNS);
    let ahead = Query::<Conversation>::new()
        .filter(Filter::gt(Conversation::LAST_MESSAGE_AT, farthest))
        .order(Order::asc(Conversation::LAST_MESSAGE_AT))
        .limit(ROWS);
    for _ in 0..PORTIONS {
        let (runs, ahead) = ctx.read((runs.clone(), ahead.clone())).await?;
        if ahead.is_empty() || runs.iter().any(|run| run.started_at > farthest) {
            return Ok(());
        }
        let now = Patch::new().set(Conversation::LAST_MESSAGE_AT, Timestamp::AT_COMMIT);
        let batch = ahead.iter().fold(Batch::new(), |batch, conversation| {
            batch.update(&conversation.id, now.clone())
        });
        ctx.store().await?.commit(batch).await?;
        tally.done(ahead.len() as u64);
    }
    tally.cap();
    Ok(())
}
