//! Things that hang on messages and go with them: reactions and their counts.

use whisper_schema::Document;
use whisper_schema::system::{MessageReaction, MessageReactionCount};
use whisper_store::{Batch, Filter};

/// Holds for the reactions to these messages.
pub fn reactions(messages: &[&str]) -> Filter<MessageReaction> {
    Filter::is_in(MessageReaction::MESSAGE_ID, messages.iter().copied())
}

/// Holds for the counts of these messages' reactions.
pub fn reaction_counts(messages: &[&str]) -> Filter<MessageReactionCount> {
    Filter::is_in(MessageReactionCount::MESSAGE_ID, messages.iter().copied())
}

/// Removes what hangs on messages, on the condition that it is no more than so many rows of a kind. There may be a crowd's
/// reactions: remove them over several commits first ([`reactions`], [`reaction_counts`]).
pub fn remove(batch: Batch, messages: &[&str], rows: u64) -> Batch {
    let batch = all(batch, reactions(messages), rows);
    all(batch, reaction_counts(messages), rows)
}

fn all<D: Document>(batch: Batch, these: Filter<D>, rows: u64) -> Batch {
    batch.delete_where(these.clone(), rows).expect_none(these)
}
