//! The numbers of answers, when answers go.

use std::collections::BTreeMap;

use whisper_kit::{Ctx, Result};
use whisper_people::by_ids;
use whisper_schema::main_db::Message;
use whisper_schema::system::MessageThread;
use whisper_store::{Batch, Filter, Patch};

/// Lowers the numbers of answers of the messages that these answer, in the commit that takes these away. Answers that were deleted for
/// all before don't count any more; and messages that go as well need no number.
///
/// # Errors
/// The store's.
pub async fn lower(ctx: &Ctx, batch: Batch, gone: &[&Message]) -> Result<Batch> {
    let mut by_parent = BTreeMap::<&str, i64>::new();
    for message in gone.iter().filter(|message| message.deleted_at.is_none()) {
        let parent = message.reply_to_message_id.as_deref();
        let stays = |parent: &&str| gone.iter().all(|message| message.id != **parent);
        if let Some(parent) = parent.filter(stays) {
            *by_parent.entry(parent).or_default() += 1;
        }
    }
    let threads = ctx.read(by_ids::<MessageThread>(by_parent.keys().copied()));
    let threads = threads.await?.into_iter().flatten();
    Ok(threads.fold(batch, |batch, thread| {
        let fewer = by_parent.get(thread.id.as_str()).copied().unwrap_or(0);
        match thread.reply_count > fewer {
            true => {
                let patch = Patch::new().add(MessageThread::REPLY_COUNT, -fewer);
                let has_more = Filter::gt(MessageThread::REPLY_COUNT, fewer);
                batch.update_if(&thread.id, patch, has_more)
            }
            false => {
                let is_last = Filter::le(MessageThread::REPLY_COUNT, fewer);
                batch.delete_if(&thread.id, is_last)
            }
        }
    }))
}
