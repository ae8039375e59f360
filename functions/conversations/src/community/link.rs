//! `PUT /v1/conversations/{conversationId}/groups/{groupId}`: takes a group into a community.

use whisper_kit::{Attempt, Code, Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_schema::prelude::{
    CommunityGroup, ConversationKind, ConversationMemberRole as Role, Timestamp,
};
use whisper_store::{Batch, Doc, Filter, Get, Query};

use super::{MOST_GROUPS, refuse_others};
use crate::access::{Access, admit, door, this_one};
use crate::community_groups::Pair;
use crate::limits::{CHANGES, Uses};
use crate::rules::may_manage;

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PUT,
        super::GROUP,
        "addCommunityGroup",
        "Takes a group into a community, 100 at most: its members find it there, and join it without a link; for somebody who runs the \
         community and owns the group.",
        link,
    )
    .reply_empty(204, "The group belongs to the community.")
    .codes(&[
        Code::Forbidden,
        Code::ConversationFull,
        Code::WrongKind,
        Code::RateLimited,
    ])
}

/// Answers 204, also where it belonged to it before.
async fn link(ctx: Ctx, request: Request) -> Result<Reply> {
    let (id, group) = (request.id("conversationId")?, request.id("groupId")?);
    ctx.retry(async || attempt(&ctx, id, group).await).await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, id: &str, group: &str) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let groups = Query::<CommunityGroup>::new()
        .filter(Filter::eq(CommunityGroup::COMMUNITY_ID, id))
        .count(MOST_GROUPS);
    let asked = (
        door(id, &me),
        door(group, &me),
        Get::<CommunityGroup>::id(group),
        groups,
    );
    let (found, taken, known, count) = ctx.read(asked).await?;
    let (access, taken) = (admit(found)?, admit(taken)?);
    refuse_others(&access)?;
    refuse(&access, &taken)?;
    if let Some(known) = &known {
        return is_here(known, id).map(Attempt::Done);
    }
    if count >= MOST_GROUPS {
        let detail = format!("A community has at most {MOST_GROUPS} groups.");
        return Err(Error::new(Code::ConversationFull, detail));
    }
    let batch = Batch::new()
        .expect_some(this_one(&access.me))
        .expect_some(this_one(&taken.me))
        .insert(&CommunityGroup {
            id: group.to_owned(),
            community_id: id.to_owned(),
            linked_by: me.clone(),
            linked_at: Timestamp::AT_COMMIT,
        });
    let pair = Pair {
        community: &access.conversation,
        group: &taken.conversation,
    };
    let batch = pair.added(ctx, batch, &me, access.conversation.revision)?;
    let uses = Uses::of(ctx, &[(CHANGES, 1)]).await?;
    let committed = uses.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}

fn refuse(access: &Access, group: &Access) -> Result<()> {
    if group.conversation.kind != ConversationKind::Group {
        let detail = "Only groups belong to communities.";
        return Err(Error::new(Code::WrongKind, detail));
    }
    match may_manage(access.me.role) && group.me.role == Role::Owner {
        true => Ok(()),
        false => {
            let detail = "Somebody who runs the community and owns the group takes it in.";
            Err(Error::forbidden(detail))
        }
    }
}

/// A group that belongs to a community already is in this one.
fn is_here(known: &Doc<CommunityGroup>, community: &str) -> Result<()> {
    match known.community_id == community {
        true => Ok(()),
        false => {
            let detail = "The group belongs to another community; take it out of that first.";
            Err(Error::forbidden(detail))
        }
    }
}
