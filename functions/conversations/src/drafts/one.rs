//! `GET /v1/conversations/{conversationId}/draft`: the caller's draft there.

use whisper_kit::{Ctx, Endpoint, Method, OptionExt, Reply, Request, Result};
use whisper_schema::Ephemeral;
use whisper_schema::prelude::MessageDraft;
use whisper_store::{Doc, Get};

use super::DRAFT;
use crate::access::{admit, door};
use whisper_views::drafts::{DraftView, draft_id};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        DRAFT,
        "getDraft",
        "The message that the caller has begun to write; 404 where there is none.",
        get,
    )
    .reply::<DraftView>(200, "The draft.")
}

/// Answers 200 with the draft.
async fn get(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("conversationId")?;
    let me = ctx.caller()?.user_id;
    let draft = Get::<MessageDraft>::id(draft_id(id, &me));
    let (found, draft) = ctx.read((door(id, &me), draft)).await?;
    admit(found)?;
    let draft = draft
        .filter(|draft| draft.stands(ctx.now()))
        .map(Doc::into_inner);
    Reply::ok(&DraftView::from(draft.or_not_found()?))
}
