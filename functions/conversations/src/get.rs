//! `GET /v1/conversations/{id}`: one conversation, as the caller sees it.

use crate::access::{Access, admit, door};
use crate::details::fingerprint;
use crate::unread::{self, Unread};
use crate::view::{ConversationView, ShownMembers, shown_members};
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/conversations/{id}",
        "getConversation",
        "One conversation; its ETag stands for what PATCH changes.",
        get,
    )
    .reply::<ConversationView>(200, "The conversation.")
}

/// Answers 200 with the conversation and its ETag.
async fn get(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("id")?;
    let me = ctx.caller()?.user_id;
    let (found, shown) = ctx.read((door(id, &me), shown_members(id))).await?;
    answer(&ctx, admit(found)?, shown.into()).await
}

/// The conversation with the unread messages counted.
pub async fn answer(ctx: &Ctx, access: Access, shown: ShownMembers) -> Result<Reply> {
    let Access { conversation, me } = access;
    let unread = Unread::of(ctx.read(unread::count(&me, ctx.now())).await?);
    let etag = fingerprint(&conversation);
    let view = ConversationView::new(conversation.into_inner(), &me, shown, unread);
    Ok(Reply::ok(&view)?.etag(etag))
}
