//! Things that hang on messages and go with them: marks, reactions and their counts.

use whisper_kit::Result;
use whisper_kit::jobs::Budget;
use whisper_schema::Document;
use whisper_schema::system::{MessageMark, MessageReaction, MessageReactionCount};
use whisper_store::{Batch, Filter};

/// Removes what hangs on messages, on the condition that it is no more than so many rows of a kind. A crowd's reactions
/// or marks are more, and are removed over several commits first ([`drain`]).
pub fn remove(batch: Batch, messages: &[&str], rows: u64) -> Batch {
    let batch = all(batch, marks(messages), rows);
    let batch = all(batch, reactions(messages), rows);
    all(batch, reaction_counts(messages), rows)
}

/// Removes it over several commits.
///
/// # Errors
/// The store's.
pub async fn drain(run: &Budget<'_>, messages: &[&str]) -> Result<()> {
    run.drain(&marks(messages)).await?;
    run.drain(&reactions(messages)).await?;
    run.drain(&reaction_counts(messages)).await
}

fn marks(messages: &[&str]) -> Filter<MessageMark> {
    Filter::is_in(MessageMark::MESSAGE_ID, messages.iter().copied())
}

fn reactions(messages: &[&str]) -> Filter<MessageReaction> {
    Filter::is_in(MessageReaction::MESSAGE_ID, messages.iter().copied())
}

fn reaction_counts(messages: &[&str]) -> Filter<MessageReactionCount> {
    Filter::is_in(MessageReactionCount::MESSAGE_ID, messages.iter().copied())
}

fn all<D: Document>(batch: Batch, these: Filter<D>, rows: u64) -> Batch {
    batch.delete_where(these.clone(), rows).expect_none(these)
}
