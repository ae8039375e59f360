//! `PATCH /v1/conversations/{conversationId}/members/{userId}`: gives a member a role, or hands over the group.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::ids::is_program_id;
use whisper_kit::{
    Attempt, Code, Ctx, Endpoint, Error, Json, Method, OptionExt, Reply, Request, Result,
};
use whisper_messages::Told;
use whisper_people::ids::member_id;
use whisper_people::shown_to;
use whisper_schema::Body;
use whisper_schema::prelude::{
    ConversationMember, ConversationMemberRole as Role, ConversationMemberStatus as Status,
    SystemMessage, Timestamp,
};
use whisper_store::{Batch, Doc, Get, Patch};
use whisper_views::members::{MemberView, Reached};

use crate::access::{Access, admit, door, same_role, this_one};
use crate::limits::{CHANGES, Uses};
use crate::linked::Ending;
use crate::rules::{RoleChange, RoleRefusal, give_role as decide, may_manage};

/// The role to give.
#[derive(Clone, Copy, Debug, Body)]
#[body(example = r#"{"role": "moderator"}"#)]
pub struct MemberRoleChange {
    /// `owner` hands over the conversation: the owner becomes an admin.
    pub role: Role,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PATCH,
        "/v1/conversations/{conversationId}/members/{userId}",
        "updateConversationMember",
        "Gives a member a role; the owner hands over by giving away theirs.",
        give_role,
    )
    .reply::<MemberView>(200, "The member.")
    .codes(&[
        Code::Forbidden,
        Code::LastOwner,
        Code::DirectConversation,
        Code::WrongKind,
        Code::RateLimited,
    ])
}

/// Answers 200 with the member.
async fn give_role(
    ctx: Ctx,
    request: Request,
    Json(change): Json<MemberRoleChange>,
) -> Result<Reply> {
    let (id, user) = (request.id("conversationId")?, request.id("userId")?);
    let member = ctx
        .retry(async || attempt(&ctx, id, user, change.role).await)
        .await?;
    Reply::ok(&member)
}

async fn attempt(ctx: &Ctx, id: &str, user: &str, role: Role) -> Result<Attempt<MemberView>> {
    let me = ctx.caller()?.user_id;
    let target = (
        Get::<ConversationMember>::id(member_id(id, user)),
        shown_to(&me, [user]),
    );
    let (found, (target, people)) = ctx.read((door(id, &me), target)).await?;
    let access = admit(found)?;
    access.refuse_direct()?;
    if !may_manage(access.me.role) {
        return Err(not_allowed());
    }
    let mut target = target
        .filter(|target| target.status == Status::Active)
        .or_not_found()?;
    let change =
        decide(access.me.role, target.role, target.id == access.me.id, role).map_err(refused)?;
    if change == RoleChange::HandOver && is_program_id(user) {
        return Err(Error::forbidden("A bot owns no conversation."));
    }
    if change != RoleChange::Nothing {
        let user_id = user.to_owned();
        let told = match change {
            RoleChange::HandOver => SystemMessage::OwnershipHandedOver { user_id },
            _ => SystemMessage::RoleGiven { user_id, role },
        };
        let ending = match change {
            RoleChange::HandOver => Ending::of(ctx, &access.conversation).await?,
            _ => Ending::default(),
        };
        let told = [told].into_iter().chain(ending.told());
        let told = Told::of(ctx, &access.conversation, &me, told)?;
        let batch = giving(&access, &target, role, change);
        let batch = ending.add_to(ctx, batch, &me)?;
        let batch = batch.update(id, told.summarised(Patch::new()));
        let mut what = json!({"userId": user, "role": role, "messageIds": told.ids()});
        if change == RoleChange::HandOver {
            what["formerOwnerId"] = json!(me);
        }
        let batch = append(
            ctx,
            told.insert_in(batch),
            "conversation.role_changed",
            id,
            Some(&me),
            &what,
        )?;
        let uses = Uses::of(ctx, &[(CHANGES, 1)]).await?;
        if uses.try_commit(ctx, batch).await?.is_none() {
            return Ok(Attempt::Retry);
        }
        target.value.role = role;
    }
    Ok(Attempt::Done(MemberView::new(
        &target,
        &people.pictured(ctx).await?,
        &Reached::default(),
    )))
}

fn giving(
    access: &Access,
    target: &Doc<ConversationMember>,
    role: Role,
    change: RoleChange,
) -> Batch {
    let batch = match change {
        RoleChange::HandOver => {
            Batch::new().update_if(&access.me.id, as_role(Role::Admin), same_role(&access.me))
        }
        _ => Batch::new().expect_some(this_one(&access.me)),
    };
    batch.update_if(&target.id, as_role(role), same_role(target))
}

/// The change that gives somebody a role.
pub fn as_role(role: Role) -> Patch<ConversationMember> {
    Patch::new()
        .set(ConversationMember::ROLE, role)
        .set(ConversationMember::UPDATED_AT, Timestamp::AT_COMMIT)
}

fn refused(refusal: RoleRefusal) -> Error {
    match refusal {
        RoleRefusal::NotAllowed => not_allowed(),
        RoleRefusal::LastOwner => Error::new(
            Code::LastOwner,
            "Make somebody else the owner; you become an admin by that.",
        ),
    }
}

fn not_allowed() -> Error {
    Error::forbidden("The owner gives any role; admins make members moderators, and back.")
}
