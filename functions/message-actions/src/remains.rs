//! Rows about messages of which others make as many as they like: marks.

use whisper_kit::Result;
use whisper_kit::jobs::Budget;
use whisper_schema::prelude::MessageMark;
use whisper_store::{Batch, Filter};

/// Deletes so many of each kind, on the condition that these are all: where there are more, [`drain`] goes first.
pub fn delete(batch: Batch, messages: &[&str], rows: u64) -> Batch {
    batch
        .delete_where(marks(messages), rows)
        .expect_none(marks(messages))
}

/// Deletes all of them, as far as the budget of a run goes.
///
/// # Errors
/// The store's.
pub async fn drain(run: &Budget<'_>, message: &str) -> Result<()> {
    run.drain(&marks(&[message])).await
}

fn marks(messages: &[&str]) -> Filter<MessageMark> {
    Filter::is_in(MessageMark::MESSAGE_ID, messages.iter().copied())
}
