//! Files of messages whose content goes: the messages let go of them in the same commit.

use whisper_files::{held_by, release};
use whisper_kit::{Ctx, Result};
use whisper_messages::{file_ids, keeps_files};
use whisper_schema::prelude::{FileHoldKind, Message};
use whisper_store::Batch;

/// Has these messages let go of their files; reads their holds in one statement, in none where they have no files.
///
/// # Errors
/// The store's.
pub async fn let_go<'a>(
    ctx: &Ctx,
    batch: Batch,
    messages: impl IntoIterator<Item = &'a Message>,
) -> Result<Batch> {
    let with_files = messages.into_iter().filter(|message| has_files(message));
    let with_files: Vec<&str> = with_files.map(|message| message.id.as_str()).collect();
    if with_files.is_empty() || !keeps_files(ctx) {
        return Ok(batch);
    }
    let holds = ctx.read(held_by(FileHoldKind::Message, with_files)).await?;
    Ok(release(batch, &holds, ctx.now()))
}

/// How many rows go or change with the files of a message: for each its hold, and its end.
pub fn rows(message: &Message) -> usize {
    2 * file_ids(message).count()
}

fn has_files(message: &Message) -> bool {
    file_ids(message).next().is_some()
}
