//! Scheduled messages of one user: to everybody else they don't exist.

use serde_json::json;
use whisper_files::held_by;
use whisper_kit::error::{OptionExt, Result};
use whisper_kit::{Ctx, events};
use whisper_messages::{is_scheduled_by, keeps_files, scheduled_by};
use whisper_schema::system::{FileHold, FileHoldKind, ScheduledMessage};
use whisper_store::{Batch, Doc, Filter, Get};

/// Reads one of the caller's.
///
/// # Errors
/// The same 404 for one that isn't there, was sent or has ended, and for somebody else's.
pub async fn read(ctx: &Ctx, id: &str) -> Result<Doc<ScheduledMessage>> {
    let me = ctx.caller()?.user_id;
    scheduled_by(ctx, &me, id).await?.or_not_found()
}

/// As [`read`], with the holds of its files; in the same statement.
///
/// # Errors
/// The same.
pub async fn read_with_files(
    ctx: &Ctx,
    id: &str,
) -> Result<(Doc<ScheduledMessage>, Vec<FileHold>)> {
    let me = ctx.caller()?.user_id;
    let held = keeps_files(ctx).then_some(id);
    let asked = (
        Get::<ScheduledMessage>::id(id),
        held_by(FileHoldKind::ScheduledMessage, held),
    );
    let (found, holds) = ctx.read(asked).await?;
    let found = found.filter(|one| is_scheduled_by(one, &me, ctx));
    Ok((found.or_not_found()?, holds))
}

/// Deletes it in a commit, on the condition that it is as it was read.
pub fn delete(batch: Batch, scheduled: &Doc<ScheduledMessage>) -> Batch {
    batch.delete_if(
        &scheduled.id,
        Filter::<ScheduledMessage>::revision(scheduled.revision),
    )
}

/// Appends an event about it, for its sender's devices: `created`, `changed`, `cancelled`, `sent` or `failed`.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn tell(ctx: &Ctx, batch: Batch, scheduled: &ScheduledMessage, what: &str) -> Result<Batch> {
    let kind = format!("scheduled_message.{what}");
    let payload = json!({
        "conversationId": scheduled.conversation_id,
        "scheduledMessageId": scheduled.id,
    });
    let user = Some(scheduled.user_id.as_str());
    events::append(ctx, batch, &kind, &scheduled.id, user, &payload)
}
