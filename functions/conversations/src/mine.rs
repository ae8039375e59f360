//! Changes of a user's own side of conversations: only other devices of the same user hear of them.

use serde_json::{Value, json};
use whisper_kit::events::append;
use whisper_kit::{Ctx, Result};
use whisper_people::{list_changed, my_conversation_changed};
use whisper_store::Batch;

/// Notes that a conversation changed in the user's own list, and tells their other devices by an event whose subject is the user.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn changed(ctx: &Ctx, batch: Batch, user: &str, conversation: &str) -> Result<Batch> {
    my_conversation_changed(ctx, batch, user, conversation)
}

/// The same of one that the user had deleted for themselves, and that is listed again: their other devices have dropped it.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn back(ctx: &Ctx, batch: Batch, user: &str, conversation: &str) -> Result<Batch> {
    let what = json!({"conversationId": conversation, "isBack": true});
    let batch = list_changed(ctx, batch, user, conversation)?;
    tell(ctx, batch, "my_conversation.changed", user, &what)
}

/// The same of one that the user deleted for themselves.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn deleted(ctx: &Ctx, batch: Batch, user: &str, conversation: &str) -> Result<Batch> {
    let what = json!({"conversationId": conversation});
    let batch = list_changed(ctx, batch, user, conversation)?;
    tell(ctx, batch, "my_conversation.deleted", user, &what)
}

fn tell(ctx: &Ctx, batch: Batch, kind: &str, user: &str, what: &Value) -> Result<Batch> {
    append(ctx, batch, kind, user, Some(user), what)
}
