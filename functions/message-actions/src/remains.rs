//! Rows that go with a message, of which others make as many as they like: marks.
//!
//! They are removed in portions before the message itself, so that a run that ends in between leaves nothing behind that
//! nobody finds.

use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::MessageMark;
use whisper_store::{Batch, Filter, Query};

/// Whether there are more of one kind than so many.
///
/// # Errors
/// The store's.
pub async fn are_more(ctx: &Ctx, ids: &[&str], rows: u64) -> Result<bool> {
    let marks = Query::new().filter(marks(ids)).count(rows + 1);
    Ok(ctx.read(marks).await? > rows)
}

/// Deletes so many of each kind.
pub fn delete(batch: Batch, ids: &[&str], rows: u64) -> Batch {
    batch.delete_where(marks(ids), rows)
}

fn marks(ids: &[&str]) -> Filter<MessageMark> {
    Filter::is_in(MessageMark::MESSAGE_ID, ids.iter().copied())
}
