//! Changes of people's lists of conversations, for clients that catch up.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{ConversationMember, ListChange, Timestamp};
use whisper_store::{Batch, Filter, Patch};

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

/// Notes that a conversation changed in the user's own list, and tells their other devices by an event whose subject is the user.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn my_conversation_changed(
    ctx: &Ctx,
    batch: Batch,
    user: &str,
    conversation: &str,
) -> Result<Batch> {
    let batch = list_changed(ctx, batch, user, conversation)?;
    let what = json!({"conversationId": conversation});
    append(
        ctx,
        batch,
        "my_conversation.changed",
        user,
        Some(user),
        &what,
    )
}

/// Has a member want a conversation that was a stranger's request to them: it is listed with the others from then on, on all of
/// their devices. The commit fails where `as_read` doesn't hold for the membership.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn request_accepted(
    ctx: &Ctx,
    batch: Batch,
    member: &ConversationMember,
    as_read: Option<Filter<ConversationMember>>,
) -> Result<Batch> {
    let patch = Patch::new()
        .set(ConversationMember::IS_REQUEST, false)
        .set(ConversationMember::IS_ARCHIVED, false)
        .set(ConversationMember::UPDATED_AT, Timestamp::AT_COMMIT);
    let batch = match as_read {
        Some(as_read) => batch.update_if(&member.id, patch, as_read),
        None => batch.update(&member.id, patch),
    };
    my_conversation_changed(ctx, batch, &member.user_id, &member.conversation_id)
}
