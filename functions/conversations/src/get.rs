//! `GET /v1/conversations/{conversationId}`: one conversation, as the caller sees it.

use whisper_kit::precondition::tagged;
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_views::conversations::shown::shown_members;
use whisper_views::conversations::{OneConversationView, ShownMembers, conversation_seen};

use crate::access::{Access, admit, door};
use crate::details::fingerprint;

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/conversations/{conversationId}",
        "getConversation",
        "One conversation; its ETag stands for the details that PATCH changes.",
        get,
    )
    .for_bots()
    .answers(&["etag"])
    .reply::<OneConversationView>(200, "The conversation.")
}

/// Answers 200 with the conversation and its ETag.
async fn get(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("conversationId")?;
    let me = ctx.caller()?.user_id;
    let (found, shown) = ctx.read((door(id, &me), shown_members(id))).await?;
    answer(&ctx, admit(found)?, shown).await
}

/// The conversation as the caller sees it, with its ETag.
pub async fn answer(ctx: &Ctx, access: Access, shown: ShownMembers) -> Result<Reply> {
    let etag = fingerprint(&access.conversation);
    let view = conversation_seen(ctx, access, shown).await?;
    Ok(tagged(Reply::ok(&view)?, etag))
}
