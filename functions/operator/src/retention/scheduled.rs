//! Scheduled messages that couldn't be sent and were kept for long enough: they let go of their files as they go.

use whisper_files::{held_by, release};
use whisper_kit::jobs::Tally;
use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{FileHoldKind, ScheduledMessage};
use whisper_store::{Batch, Filter, Order, Query};

/// Messages that one commit removes.
const AT_ONCE: usize = 20;
/// Portions that a run removes.
const PORTIONS: u32 = 500;

/// Removes those whose end has come, portion by portion.
pub async fn sweep(ctx: &Ctx, tally: &Tally) -> Result<()> {
    let store = ctx.store().await?;
    let most = store.portion(AT_ONCE);
    for _ in 0..PORTIONS {
        let ended = Query::<ScheduledMessage>::new()
            .filter(Filter::le(ScheduledMessage::EXPIRES_AT, ctx.now()))
            .order(Order::asc(ScheduledMessage::EXPIRES_AT))
            .limit(u32::try_from(most).unwrap_or(u32::MAX));
        let ended = ctx.read(ended).await?;
        if ended.is_empty() {
            return Ok(());
        }
        let batch = ended.iter().fold(Batch::new(), |batch, one| {
            // One that is scheduled anew in the meantime stays.
            let as_read = Filter::<ScheduledMessage>::revision(one.revision);
            batch.delete_if(&one.id, as_read)
        });
        let batch = match store.keeps_bytes() {
            true => {
                let ids = ended.iter().map(|one| one.id.as_str());
                let holds = ctx
                    .read(held_by(FileHoldKind::ScheduledMessage, ids))
                    .await?;
                release(batch, &holds, ctx.now())
            }
            false => batch,
        };
        if ctx.try_commit(batch).await?.is_none() {
            // The next run tries again.
            tally.cap();
            return Ok(());
        }
        tally.done(ended.len() as u64);
        if ended.len() < most {
            return Ok(());
        }
    }
    tally.cap();
    Ok(())
}
