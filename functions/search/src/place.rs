//! Places that the caller searches: conversations in which they are a member, and the part that is theirs to see.

use std::collections::BTreeMap;

use whisper_kit::{Ctx, Result};
use whisper_messages::{Access, Viewing, receipts};
use whisper_schema::prelude::{Column, Message, Timestamp};
use whisper_store::{Doc, Filter, MAX_LIMIT, Query};

/// Conversations with the caller's membership, by their ids.
pub type Places = BTreeMap<String, Access>;

/// The messages, of these given with their conversations, that stand and are the caller's to see; one statement.
///
/// # Errors
/// As [`Ctx::read`].
pub async fn seen(
    ctx: &Ctx,
    places: &Places,
    messages: &[(&str, &str)],
) -> Result<BTreeMap<String, Doc<Message>>> {
    let asked = places.iter().filter_map(|(conversation, access)| {
        let here = messages.iter().filter(|(_, at)| at == conversation);
        let ids: Vec<&str> = here.map(|(id, _)| *id).collect();
        (!ids.is_empty()).then(|| theirs(access, &ids, ctx.now()))
    });
    let found = ctx.read(asked.collect::<Vec<_>>()).await?;
    let found = found.into_iter().flatten();
    Ok(found.map(|message| (message.id.clone(), message)).collect())
}

/// Asks for those of these messages of a conversation that stand and are the member's to see.
fn theirs(access: &Access, ids: &[&str], now: Timestamp) -> Query<Message> {
    Query::new()
        .filter(Filter::is_in(Column::id(), ids.iter().copied()))
        .filter(access.history())
        .filter(Filter::stands(now))
        .limit(u32::try_from(ids.len()).unwrap_or(MAX_LIMIT))
}

/// How messages of one conversation look to the caller; two statements.
///
/// # Errors
/// As [`Ctx::read`].
pub async fn viewing(ctx: &Ctx, access: &Access, messages: &[Doc<Message>]) -> Result<Viewing> {
    let receipts = ctx.read(receipts(access)).await?;
    Viewing::read(ctx, access, receipts, messages).await
}
