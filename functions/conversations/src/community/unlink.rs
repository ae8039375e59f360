//! `DELETE /v1/conversations/{conversationId}/groups/{groupId}`: takes a group out of a community.

use whisper_kit::{Attempt, Code, Ctx, Endpoint, Error, Method, OptionExt, Reply, Request, Result};
use whisper_schema::prelude::{CommunityGroup, Conversation, ConversationMemberRole as Role};
use whisper_store::{Batch, Filter, Get};

use crate::access::{admit, door, this_one};
use crate::community_groups::Pair;
use crate::limits::{CHANGES, Uses};
use crate::rules::may_manage;

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        super::GROUP,
        "removeCommunityGroup",
        "Takes a group out of a community, with its members and messages; for those who run the community, and for the group's owner.",
        unlink,
    )
    .reply_empty(204, "The group stands by itself.")
    .codes(&[Code::Forbidden, Code::RateLimited])
}

/// Answers 204; 404 for a group that isn't one of the community.
async fn unlink(ctx: Ctx, request: Request) -> Result<Reply> {
    let (id, group) = (request.id("conversationId")?, request.id("groupId")?);
    ctx.retry(async || attempt(&ctx, id, group).await).await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, id: &str, group: &str) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let asked = (
        (door(id, &me), door(group, &me)),
        Get::<CommunityGroup>::id(group),
        // The owner of the group needn't be in the community, nor its admin in the group.
        (Get::<Conversation>::id(id), Get::<Conversation>::id(group)),
    );
    let ((found, taken), known, (community, own)) = ctx.read(asked).await?;
    let (access, taken) = (admit(found), admit(taken));
    let runs = access
        .as_ref()
        .ok()
        .filter(|access| may_manage(access.me.role));
    let owns = taken.as_ref().ok();
    let owns = owns.filter(|taken| taken.me.role == Role::Owner);
    let known = known
        .filter(|known| known.community_id == id)
        .filter(|_| access.is_ok() || owns.is_some())
        .or_not_found()?;
    let Some(by) = runs.or(owns) else {
        let detail = "Only those who run the community, and the group's owner, take it out.";
        return Err(Error::forbidden(detail));
    };
    let batch = Batch::new()
        .expect_some(this_one(&by.me))
        .delete_if(group, Filter::<CommunityGroup>::revision(known.revision));
    let (community, own) = (community.or_not_found()?, own.or_not_found()?);
    let pair = Pair {
        community: &community,
        group: &own,
    };
    let batch = pair.removed(ctx, batch, &me)?;
    let uses = Uses::of(ctx, &[(CHANGES, 1)]).await?;
    let committed = uses.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}
