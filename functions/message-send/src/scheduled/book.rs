//! The number of a user's messages that wait: it goes up and down with them, in the same commits.

use whisper_kit::error::{Code, Result, ResultExt};
use whisper_kit::rate_limit::Uses;
use whisper_kit::{Attempt, Ctx};
use whisper_schema::system::{ScheduledBook, ScheduledMessage, ScheduledMessageStatus};
use whisper_store::{Batch, Committed, Filter, Patch};

use crate::limits::WAITING;

/// The batch's label for the number.
const LABEL: &str = "scheduled book";

/// Counts one more message that waits, on the condition that there is room for it.
pub fn one_more(ctx: &Ctx, batch: Batch, user: &str) -> Batch {
    let first = ScheduledBook {
        id: user.to_owned(),
        waiting: 1,
    };
    let more = Patch::new().add(ScheduledBook::WAITING, 1);
    let batch = match ctx.config().get(&WAITING) {
        0 => batch.insert_or_update(&first, more),
        most => {
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            let has_room = Filter::lt(ScheduledBook::WAITING, most);
            batch.insert_or_update_if(&first, more, has_room)
        }
    };
    batch.label(LABEL)
}

/// Counts this one no more, if it waited.
pub fn one_less(batch: Batch, scheduled: &ScheduledMessage) -> Batch {
    match scheduled.status {
        ScheduledMessageStatus::Waiting => {
            let less = Patch::new().add(ScheduledBook::WAITING, -1);
            batch.update(&scheduled.user_id, less)
        }
        ScheduledMessageStatus::Failed => batch,
    }
}

/// Commits a batch that may count one more; none when the documents that it was decided by have changed in the meantime.
///
/// # Errors
/// `too_many_scheduled` where there is no room, `rate_limited`, and the store's.
pub async fn try_commit(ctx: &Ctx, uses: &Uses, batch: Batch) -> Result<Option<Committed>> {
    let most = ctx.config().get(&WAITING);
    let detail =
        format!("At most {most} of your messages wait. Cancel one, or send one now, first.");
    let batch = uses.count_in(batch, ctx.now());
    let outcome = ctx.store().await?.commit(batch).await;
    let outcome = outcome.on_failed(LABEL, Code::TooManyScheduled, &detail);
    Ok(match Attempt::of(uses.refuse(outcome, ctx.now()))? {
        Attempt::Done(committed) => Some(committed),
        Attempt::Retry => None,
    })
}
