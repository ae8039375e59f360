//! Changes of people's lists of conversations, for clients that catch up.

use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{ListChange, Timestamp};
use whisper_store::Batch;

/// Notes that a conversation changed in the list of a user, or (with its own id as the scope) in those of all its members. A new
/// message needs no note.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn list_changed(ctx: &Ctx, batch: Batch, scope: &str, conversation: &str) -> Result<Batch> {
    Ok(batch.insert(&ListChange {
        id: ctx.new_id()?,
        scope: scope.to_owned(),
        conversation_id: conversation.to_owned(),
        created_at: Timestamp::AT_COMMIT,
    }))
}
