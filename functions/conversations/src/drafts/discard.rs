//! `DELETE /v1/conversations/{conversationId}/draft`: discards the caller's draft, as clients do when it is sent.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::prelude::MessageDraft;
use whisper_store::{Batch, Filter, Get};

use whisper_views::drafts::draft_id;

use super::DRAFT;
use crate::access::{admit, door};
use crate::limits::{DRAFTS, Uses};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        DRAFT,
        "discardDraft",
        "Discards the message that the caller has begun to write; so does a client that has sent it.",
        discard,
    )
    .reply_empty(204, "There is none any more.")
    .codes(&[Code::RateLimited])
}

/// Answers 204, also where there was none.
async fn discard(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("conversationId")?;
    ctx.retry(async || attempt(&ctx, id).await).await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, id: &str) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let draft = Get::<MessageDraft>::id(draft_id(id, &me));
    let (found, draft) = ctx.read((door(id, &me), draft)).await?;
    admit(found)?;
    let Some(draft) = draft else {
        return Ok(Attempt::Done(()));
    };
    let this = Filter::<MessageDraft>::revision(draft.revision);
    let batch = Batch::new().delete_if(&draft.id, this);
    let what = json!({"conversationId": id});
    let batch = append(ctx, batch, "draft.discarded", &me, Some(&me), &what)?;
    let uses = Uses::of(ctx, &[(DRAFTS, 1)]).await?;
    let committed = uses.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}
