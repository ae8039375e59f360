//! `POST /v1/conversations/{conversationId}/join-requests/{userId}/approve`: lets somebody in who asked.

use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Error, Method, OptionExt, Reply, Request, Result};
use whisper_messages::{Told, open_to};
use whisper_people::blocked_any;
use whisper_schema::prelude::{
    Column, Contact, Conversation, ConversationInvitation, ConversationJoinRequest, SystemMessage,
};
use whisper_store::{Batch, Doc, Filter, Get, Query};

use super::answer::{Asker, ask};
use super::enter::joined;
use super::entrance::{near, one_more, same_limit};
use crate::access::{same_settings, this_one};
use crate::arrivals::{Arrivals, Newcomer};
use crate::bans::keeping_away;
use crate::limits::{ADDED, Uses};
use crate::mark_read::newest;

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations/{conversationId}/join-requests/{userId}/approve",
        "approveJoinRequest",
        "Lets somebody in who asked to join; for members whom `addMembers` names.",
        approve,
    )
    .reply_empty(204, "They are a member.")
    .codes(&[
        Code::Forbidden,
        Code::DirectConversation,
        Code::WrongKind,
        Code::ConversationFull,
        Code::InvitationUsedUp,
        Code::RateLimited,
    ])
}

/// Answers 204, also where somebody else has let them in.
async fn approve(ctx: Ctx, request: Request) -> Result<Reply> {
    let (id, user) = (request.id("conversationId")?, request.id("userId")?);
    ctx.retry(async || attempt(&ctx, id, user).await).await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, id: &str, user: &str) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    // Blocks and bans since they asked: it is as if they hadn't.
    let open = Query::<Conversation>::new()
        .filter(Filter::eq(Column::id(), id))
        .filter(open_to(Column::id(), user, ctx.now()));
    let apart = Query::<Contact>::new().filter(blocked_any(&me, [user]));
    let asked = (
        ask(id, &me, user),
        newest(id),
        open.count(1),
        apart.count(1),
    );
    let (found, newest, open, apart) = ctx.read(asked).await?;
    let asker = Asker::of(found)?;
    if asker.is_member() {
        return Ok(Attempt::Done(()));
    }
    if open == 0 || apart > 0 {
        return Err(Error::not_found());
    }
    let request = asker.request(ctx.now())?;
    if request.invitation_id.is_none() && !asker.access.conversation.is_public {
        // They asked by right of a channel or a community: they have to belong to it still.
        let (channel, community, group) = ctx.read(near(id, user)).await?;
        channel.or(community).or(group).or_not_found()?;
    }
    let link = request.invitation_id.as_ref();
    let link = link.map(Get::<ConversationInvitation>::id);
    // Most requests from the directory need no second read.
    let link = match link {
        Some(link) => ctx.read(link).await?,
        None => None,
    };
    let arrivals = Arrivals {
        conversation: &asker.access.conversation,
        position: newest.map(|message| message.seq),
        invited_by: None,
        invitation_id: request.invitation_id.as_deref(),
    };
    let batch = approval(ctx, &asker, request, &arrivals, link.as_ref())?;
    let uses = Uses::of(ctx, &[(ADDED, 1)]).await?;
    let committed = uses.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}

/// The commit by which they join. A link that they came by counts it, whether or not it still stands.
fn approval(
    ctx: &Ctx,
    asker: &Asker,
    request: &Doc<ConversationJoinRequest>,
    arrivals: &Arrivals<'_>,
    link: Option<&Doc<ConversationInvitation>>,
) -> Result<Batch> {
    let conversation = arrivals.conversation;
    let (id, user) = (conversation.id.as_str(), request.user_id.as_str());
    let me = asker.access.me.user_id.as_str();
    let grown = arrivals.grown(1)?;
    let told = SystemMessage::MemberApproved {
        user_id: user.to_owned(),
    };
    let told = Told::of(ctx, conversation, me, [told])?;
    let batch = Batch::new()
        .expect_some(this_one(&asker.access.me))
        .expect_none(keeping_away(id, std::slice::from_ref(&request.user_id)))
        .expect_none(blocked_any(me, [user]))
        .delete_if(
            &request.id,
            Filter::<ConversationJoinRequest>::revision(request.revision),
        )
        .update_if(id, told.summarised(grown), same_settings(conversation));
    let batch = match link {
        Some(link) if link.is_used_up() => {
            let detail = "The invitation that they came by has no use left.";
            return Err(Error::new(Code::InvitationUsedUp, detail));
        }
        Some(link) => batch.update_if(&link.id, one_more(link), same_limit(link)),
        None => batch,
    };
    let newcomer = Newcomer {
        user,
        is_request: false,
        was_here: asker.member.is_some(),
    };
    let batch = arrivals.join(ctx, batch, newcomer, &told)?;
    let batch = told.insert_in(batch);
    let mut what = joined(user, arrivals.invitation_id, &told);
    what["approvedBy"] = me.into();
    append(
        ctx,
        batch,
        "conversation.member_joined",
        id,
        Some(me),
        &what,
    )
}
