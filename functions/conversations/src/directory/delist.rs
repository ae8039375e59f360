//! `DELETE /v1/conversations/{conversationId}/listing`: takes a group off the directory.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_messages::Told;
use whisper_schema::prelude::{Conversation, SystemMessage, Timestamp};
use whisper_store::{Batch, Filter, Patch};

use super::entry::delisted;
use super::one::Owned;
use crate::access::this_one;
use crate::limits::{CHANGES, Uses};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        super::LISTING,
        "delistConversation",
        "Takes a group off the directory; for the owner. Its members stay, and so do its invitations.",
        delist,
    )
    .reply_empty(204, "It isn't public any more.")
    .codes(&[
        Code::Forbidden,
        Code::DirectConversation, Code::WrongKind,
        Code::RateLimited,
    ])
}

/// Answers 204, also where it wasn't public.
async fn delist(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("conversationId")?;
    ctx.retry(async || attempt(&ctx, id).await).await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, id: &str) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let owned = Owned::read(ctx, id).await?;
    let Some(entry) = &owned.entry else {
        return Ok(Attempt::Done(()));
    };
    let conversation = &owned.access.conversation;
    let told = Told::of(ctx, conversation, &me, [SystemMessage::MadePrivate])?;
    let patch = Patch::new()
        .set(Conversation::IS_PUBLIC, false)
        .unset(Conversation::CATEGORY)
        .set(Conversation::TAGS, Vec::<String>::new())
        .set(Conversation::UPDATED_AT, Timestamp::AT_COMMIT);
    let public = Filter::eq(Conversation::IS_PUBLIC, true);
    let batch = Batch::new()
        .expect_some(this_one(&owned.access.me))
        .update_if(id, told.summarised(patch), public);
    let batch = told.insert_in(delisted(batch, entry));
    let what = json!({"fields": ["isPublic", "category", "tags"], "messageIds": told.ids()});
    let batch = append(ctx, batch, "conversation.updated", id, Some(&me), &what)?;
    let uses = Uses::of(ctx, &[(CHANGES, 1)]).await?;
    let committed = uses.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}
