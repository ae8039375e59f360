//! `DELETE /v1/me/join-requests/{requestId}`: the caller doesn't want to join any more.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Ctx, Endpoint, Method, OptionExt, Reply, Request, Result};
use whisper_schema::Ephemeral;
use whisper_schema::prelude::{ConversationJoinRequest, JoinRequestStatus};
use whisper_store::{Batch, Filter, Get, Patch};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        "/v1/me/join-requests/{requestId}",
        "withdrawJoinRequest",
        "Takes back a request of the caller's to join a group.",
        withdraw,
    )
    .reply_empty(204, "The caller doesn't ask to join any more.")
}

/// Answers 204.
async fn withdraw(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("requestId")?;
    ctx.retry(async || attempt(&ctx, id).await).await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, id: &str) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let request = ctx.read(Get::<ConversationJoinRequest>::id(id)).await?;
    let request = request.filter(|request| {
        request.user_id == me
            && request.lasts(ctx.now())
            && request.status != JoinRequestStatus::Withdrawn
    });
    let request = request.or_not_found()?;
    let as_read = Filter::<ConversationJoinRequest>::revision(request.revision);
    let batch = match request.status {
        JoinRequestStatus::Pending => {
            let batch = Batch::new().delete_if(id, as_read);
            let kind = "conversation.join_withdrawn";
            let what = json!({"userId": me});
            append(ctx, batch, kind, &request.conversation_id, Some(&me), &what)?
        }
        // The place is kept, so that asking again is in vain.
        _ => {
            let withdrawn = JoinRequestStatus::Withdrawn;
            let withdrawn = Patch::new().set(ConversationJoinRequest::STATUS, withdrawn);
            Batch::new().update_if(id, withdrawn, as_read)
        }
    };
    let committed = ctx.try_commit(batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}
