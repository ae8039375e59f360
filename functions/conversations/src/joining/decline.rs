//! `POST /v1/conversations/{conversationId}/join-requests/{userId}/decline`: doesn't let somebody in who asked.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::prelude::{ConversationJoinRequest, JoinRequestStatus};
use whisper_store::{Batch, Filter, Patch};

use super::answer::{Asker, ask};
use crate::access::this_one;
use crate::limits::{CHANGES, Uses};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations/{conversationId}/join-requests/{userId}/decline",
        "declineJoinRequest",
        "Declines somebody's request to join; for members whom `addMembers` names. They aren't told, and can't ask again for 7 days.",
        decline,
    )
    .reply_empty(204, "It is declined.")
    .codes(&[
        Code::Forbidden,
        Code::DirectConversation, Code::WrongKind,
        Code::RateLimited,
    ])
}

/// Answers 204, also where it was declined before.
async fn decline(ctx: Ctx, request: Request) -> Result<Reply> {
    let (id, user) = (request.id("conversationId")?, request.id("userId")?);
    ctx.retry(async || attempt(&ctx, id, user).await).await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, id: &str, user: &str) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let asker = Asker::of(ctx.read(ask(id, &me, user)).await?)?;
    let request = asker.request(ctx.now())?;
    if request.status == JoinRequestStatus::Declined {
        return Ok(Attempt::Done(()));
    }
    let end = ctx.now().plus(ConversationJoinRequest::REST);
    let declined = Patch::new()
        .set(ConversationJoinRequest::STATUS, JoinRequestStatus::Declined)
        .set(ConversationJoinRequest::EXPIRES_AT, end);
    let batch = Batch::new()
        .expect_some(this_one(&asker.access.me))
        .update_if(&request.id, declined, Filter::revision(request.revision));
    let what = json!({"userId": user});
    let kind = "conversation.join_declined";
    let batch = append(ctx, batch, kind, id, Some(&me), &what)?;
    let uses = Uses::of(ctx, &[(CHANGES, 1)]).await?;
    let committed = uses.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}
