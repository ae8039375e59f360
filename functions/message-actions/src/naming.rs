//! Documents that name messages whose end has come: they stop naming them before the messages go.

use whisper_kit::jobs::Budget;
use whisper_kit::{Attempt, Ctx, Result};
use whisper_schema::prelude::{
    Column, ConversationMember, Message, MessageReference, MessageReferenceKind,
};
use whisper_store::{Batch, Doc, Filter, Patch, Query};

/// Documents that one commit changes: each is a change of its own, and goes by its id.
const AT_ONCE: usize = 40;

/// Holds for the documents that name these messages.
pub fn references<'a>(messages: impl IntoIterator<Item = &'a str>) -> Filter<MessageReference> {
    Filter::is_in(MessageReference::MESSAGE_ID, messages)
}

/// Takes the names of these messages out of the documents that have them, commit by commit, until none is left or the
/// budget is spent.
///
/// # Errors
/// The store's.
pub async fn forget(run: &Budget<'_>, messages: &[String]) -> Result<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let (ctx, mut more) = (run.ctx, true);
    while more && !run.is_spent() {
        more = ctx.retry(async || forget_some(run, messages).await).await?;
    }
    Ok(())
}

/// One commit of it; gives whether there may be more.
async fn forget_some(run: &Budget<'_>, messages: &[String]) -> Result<Attempt<bool>> {
    let ctx = run.ctx;
    let most = ctx.store().await?.portion(AT_ONCE + 1) - 1;
    let query = Query::new()
        .filter(references(messages.iter().map(String::as_str)))
        .limit(u32::try_from(most).unwrap_or(u32::MAX));
    let found = ctx.read(query).await?;
    if found.is_empty() {
        return Ok(Attempt::Done(false));
    }
    let batch = changes(ctx, messages, &found).await?;
    let gone = found.iter().map(|reference| reference.id.as_str());
    let gone = Filter::<MessageReference>::is_in(Column::id(), gone);
    let batch = batch.delete_where(gone, found.len() as u64);
    let more = found.len() == most;
    Ok(match Attempt::of(run.commit(batch).await)? {
        Attempt::Done(_) => Attempt::Done(more),
        Attempt::Retry => Attempt::Retry,
    })
}

/// The changes of the documents that still name one of the messages.
async fn changes(
    ctx: &Ctx,
    messages: &[String],
    references: &[Doc<MessageReference>],
) -> Result<Batch> {
    let names = |id: &Option<String>| id.as_ref().is_some_and(|id| messages.contains(id));
    let of_kind = |kind| {
        let these = references.iter().filter(move |one| one.kind == kind);
        these.map(|one| one.document_id.as_str())
    };
    let limit = u32::try_from(references.len()).unwrap_or(u32::MAX);
    let replies = Query::<Message>::new()
        .filter(Filter::is_in(
            Column::id(),
            of_kind(MessageReferenceKind::Reply),
        ))
        .limit(limit);
    let members = Query::<ConversationMember>::new()
        .filter(Filter::is_in(
            Column::id(),
            of_kind(MessageReferenceKind::Read),
        ))
        .limit(limit);
    let (replies, members) = ctx.read((replies, members)).await?;
    let mut batch = Batch::new();
    for reply in replies.iter().filter(|m| names(&m.reply_to_message_id)) {
        let still = Filter::eq(
            Message::REPLY_TO_MESSAGE_ID,
            reply.reply_to_message_id.clone(),
        );
        let patch = Patch::new().set(Message::REPLY_TO_MESSAGE_ID, None::<String>);
        batch = batch.update_if(&reply.id, patch, still);
    }
    for member in members.iter().filter(|m| names(&m.last_read_message_id)) {
        let last = member.last_read_message_id.clone();
        let still = Filter::eq(ConversationMember::LAST_READ_MESSAGE_ID, last);
        let patch = Patch::new().set(ConversationMember::LAST_READ_MESSAGE_ID, None::<String>);
        batch = batch.update_if(&member.id, patch, still);
    }
    Ok(batch)
}
