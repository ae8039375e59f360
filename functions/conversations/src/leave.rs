//! `POST /v1/conversations/{conversationId}/leave`: the caller goes.

use whisper_kit::{Attempt, Code, Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_schema::prelude::{ConversationKind, ConversationMemberRole as Role};

use crate::access::{admit, door};
use crate::community;
use crate::leaving::leaving;
use crate::recipients::closing;

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations/{conversationId}/leave",
        "leaveConversation",
        "The caller leaves a group or channel; an owner hands over first, or is the last. A broadcast goes with its owner.",
        leave,
    )
    .for_bots()
    .reply_empty(204, "The caller is no member any more.")
    .codes(&[Code::LastOwner, Code::DirectConversation, Code::WrongKind])
}

/// Answers 204. An owner can only go last, or after handing over.
async fn leave(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("conversationId")?;
    ctx.retry(async || attempt(&ctx, id).await).await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, id: &str) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let access = admit(ctx.read(door(id, &me)).await?)?;
    if access.conversation.kind == ConversationKind::Broadcast {
        let committed = ctx.try_commit(closing(ctx, &access).await?).await?;
        return Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())));
    }
    access.refuse_direct()?;
    let owner = access.me.role == Role::Owner;
    if owner && access.conversation.participant_count > 1 {
        let detail = "Hand over the conversation before you leave: make somebody else its owner.";
        return Err(Error::new(Code::LastOwner, detail));
    }
    let committed = ctx.try_commit(leaving(ctx, &access, None).await?).await?;
    if committed.is_some() {
        community::begin(ctx, &access.conversation, &me);
    }
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}
