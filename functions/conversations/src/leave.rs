//! `POST /v1/conversations/{conversationId}/leave`: the caller goes.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_messages::Told;
use whisper_people::list_changed;
use whisper_schema::prelude::{
    Column, CommunityGroup, Conversation, ConversationKind, ConversationMember,
    ConversationMemberRole as Role, ConversationMemberStatus as Status, SystemMessage,
};
use whisper_store::{Batch, Doc, Filter, Patch};

use crate::access::{Access, admit, door, same_role};
use crate::community;
use crate::directory::deserted;
use crate::give_role::as_role;
use crate::positions::forget_trail;
use crate::recipients::closing;
use crate::remove_member::gone;

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations/{conversationId}/leave",
        "leaveConversation",
        "The caller leaves a group or channel; an owner hands over first, or is the last. A broadcast goes with its owner.",
        leave,
    )
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
        let committed = ctx.try_commit(closing(ctx, &access)?).await?;
        return Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())));
    }
    access.refuse_direct()?;
    let owner = access.me.role == Role::Owner;
    if owner && access.conversation.participant_count > 1 {
        let detail = "Hand over the conversation before you leave: make somebody else its owner.";
        return Err(Error::new(Code::LastOwner, detail));
    }
    let committed = ctx.try_commit(leaving(ctx, &access, None)?).await?;
    if committed.is_some() {
        community::begin(ctx, &access.conversation, &me);
    }
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}

/// Takes a group out of its community, and a community from over its groups: nobody is left.
fn without_roof(batch: Batch, conversation: &str) -> Batch {
    batch.delete_where(
        Filter::<CommunityGroup>::or([
            Filter::eq(Column::id(), conversation),
            Filter::eq(CommunityGroup::COMMUNITY_ID, conversation),
        ]),
        ALL_GROUPS,
    )
}

/// More groups than a community has.
const ALL_GROUPS: u64 = 1_000;

/// The commit of a member's leaving; an owner hands over to the successor by it, or is the last.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn leaving(
    ctx: &Ctx,
    access: &Access,
    successor: Option<&Doc<ConversationMember>>,
) -> Result<Batch> {
    let Access { conversation, me } = access;
    let (id, user) = (conversation.id.as_str(), me.user_id.as_str());
    let is_last = me.role == Role::Owner && successor.is_none();
    let handed = successor.map(|successor| SystemMessage::OwnershipHandedOver {
        user_id: successor.user_id.clone(),
    });
    // Nobody is left to be told when the last one goes.
    let left = Some(SystemMessage::MemberLeft).filter(|_| !is_last);
    let told = Told::of(ctx, conversation, user, handed.into_iter().chain(left))?;
    let one_less = told.summarised(Patch::new().add(Conversation::PARTICIPANT_COUNT, -1));
    let batch = Batch::new().update_if(&me.id, gone(Status::Left), same_role(me));
    let batch = list_changed(ctx, forget_trail(batch, &me.id), user, id)?;
    let batch = community::departing(batch, conversation, user);
    let batch = match is_last {
        // Nobody may have joined in the meantime. A group that nobody owns is in no directory.
        true => {
            let alone = Filter::eq(Conversation::PARTICIPANT_COUNT, 1);
            let one_less = one_less.set(Conversation::IS_PUBLIC, false);
            without_roof(deserted(batch.update_if(id, one_less, alone), id), id)
        }
        false => batch.update(id, one_less),
    };
    let batch = match successor {
        Some(successor) => {
            let batch = batch.update_if(&successor.id, as_role(Role::Owner), same_role(successor));
            let what = json!({"userId": successor.user_id, "role": Role::Owner});
            append(
                ctx,
                batch,
                "conversation.role_changed",
                id,
                Some(user),
                &what,
            )?
        }
        None => batch,
    };
    let what = json!({"userId": user, "messageIds": told.ids()});
    let batch = told.insert_in(batch);
    append(
        ctx,
        batch,
        "conversation.member_left",
        id,
        Some(user),
        &what,
    )
}
