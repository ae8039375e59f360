//! `DELETE /v1/conversations/{conversationId}/members/{userId}`: sends somebody away.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Error, Method, OptionExt, Reply, Request, Result};
use whisper_messages::Told;
use whisper_people::ids::member_id;
use whisper_people::list_changed;
use whisper_schema::prelude::{
    Conversation, ConversationMember, ConversationMemberRole as Role,
    ConversationMemberStatus as Status, SystemMessage,
};
use whisper_store::{Batch, Get, Patch};

use crate::access::{admit, door, same_role, this_one};
use crate::community;
use crate::leaving::{departing, gone};
use crate::limits::{CHANGES, Uses};
use crate::positions::forget_trail;
use crate::rules::may_remove;

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        "/v1/conversations/{conversationId}/members/{userId}",
        "removeConversationMember",
        "Sends away somebody whose role is below the caller's; moderators and up.",
        remove_member,
    )
    .for_bots()
    .reply_empty(204, "They are no member any more.")
    .codes(&[
        Code::Forbidden,
        Code::DirectConversation,
        Code::WrongKind,
        Code::RateLimited,
    ])
}

/// Answers 204; a member who stands as high as the caller, or higher, can't be sent away.
async fn remove_member(ctx: Ctx, request: Request) -> Result<Reply> {
    let (id, user) = (request.id("conversationId")?, request.id("userId")?);
    ctx.retry(async || attempt(&ctx, id, user).await).await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, id: &str, user: &str) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let target = Get::<ConversationMember>::id(member_id(id, user));
    let (found, target) = ctx.read((door(id, &me), target)).await?;
    let access = admit(found)?;
    access.refuse_direct()?;
    if access.me.role == Role::Member {
        return Err(Error::forbidden("Members may not remove others."));
    }
    let target = target
        .filter(|target| target.status == Status::Active)
        .or_not_found()?;
    if target.id == access.me.id {
        return Err(Error::forbidden(
            "You can't remove yourself; leave the conversation instead.",
        ));
    }
    if !may_remove(access.me.role, target.role) {
        return Err(Error::forbidden(
            "You may only remove members whose role is below yours.",
        ));
    }
    let told = SystemMessage::MemberRemoved {
        user_id: user.to_owned(),
    };
    let told = Told::of(ctx, &access.conversation, &me, [told])?;
    let one_less = Patch::new().add(Conversation::PARTICIPANT_COUNT, -1);
    let batch = Batch::new()
        .expect_some(this_one(&access.me))
        .update_if(&target.id, gone(Status::Removed), same_role(&target))
        .update(id, told.summarised(one_less));
    let batch = list_changed(ctx, batch, user, id)?;
    let batch = append(
        ctx,
        told.insert_in(forget_trail(batch, &target.id)),
        "conversation.member_removed",
        id,
        Some(&me),
        &json!({"userId": user, "messageIds": told.ids()}),
    )?;
    let uses = Uses::of(ctx, &[(CHANGES, 1)]).await?;
    let batch = departing(batch, &access.conversation, user);
    let committed = uses.try_commit(ctx, batch).await?;
    if committed.is_some() {
        community::begin(ctx, &access.conversation, user);
    }
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}
