//! `POST /v1/conversations/{conversationId}/leave`: the caller goes.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_messages::Told;
use whisper_schema::prelude::{
    Conversation, ConversationMemberRole as Role, ConversationMemberStatus as Status, SystemMessage,
};
use whisper_store::{Batch, Filter, Patch};

use crate::access::{admit, door, same_role};
use crate::remove_member::gone;

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations/{conversationId}/leave",
        "leaveConversation",
        "The caller leaves a group; an owner hands over first, or is the last.",
        leave,
    )
    .reply_empty(204, "The caller is no member any more.")
    .codes(&[Code::LastOwner, Code::DirectConversation])
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
    access.refuse_direct()?;
    let owner = access.me.role == Role::Owner;
    if owner && access.conversation.participant_count > 1 {
        let detail = "Hand over the conversation before you leave: make somebody else its owner.";
        return Err(Error::new(Code::LastOwner, detail));
    }
    // Nobody is left to be told when the last one goes.
    let told = Some(SystemMessage::MemberLeft).filter(|_| !owner);
    let told = Told::of(ctx, &access.conversation, &me, told)?;
    let one_less = told.summarised(Patch::new().add(Conversation::PARTICIPANT_COUNT, -1));
    let batch = Batch::new().update_if(&access.me.id, gone(Status::Left), same_role(&access.me));
    let batch = if owner {
        // Nobody may have joined in the meantime.
        batch.update_if(id, one_less, Filter::eq(Conversation::PARTICIPANT_COUNT, 1))
    } else {
        batch.update(id, one_less)
    };
    let batch = append(
        ctx,
        told.insert_in(batch),
        "conversation.member_left",
        id,
        Some(&me),
        &json!({"userId": me, "messageIds": told.ids()}),
    )?;
    let committed = ctx.try_commit(batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}
