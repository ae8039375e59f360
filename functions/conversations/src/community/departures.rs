//! Members who left a community, or were sent away, leave its groups: each in a commit of its own that moves on, so it is done wherever a run
//! breaks off. A group that they own goes with them: it leaves the community, and stays theirs.

use std::time::{Duration, Instant};

use whisper_kit::{Attempt, Ctx, Result};
use whisper_people::ids::member_id;
use whisper_schema::prelude::{
    Column, CommunityDeparture, CommunityGroup, Conversation, ConversationKind, ConversationMember,
    ConversationMemberRole as Role, ConversationMemberStatus as Status,
};
use whisper_store::{Batch, Doc, Filter, Get, Order, Patch, Query};

use crate::access::same_role;
use crate::community_groups::Pair;
use crate::departure::departing_from;
use crate::leaving::departure_id;

/// How long the instance that had somebody leave goes on after the answer; the job does the rest.
const AT_ONCE: Duration = Duration::from_secs(5);

/// Begins with the groups after the answer, where they left a community.
pub fn begin(ctx: &Ctx, conversation: &Conversation, user: &str) {
    if conversation.kind != ConversationKind::Community {
        return;
    }
    let (own, id) = (ctx.clone(), departure_id(&conversation.id, user));
    ctx.after_answer("conversations", "leaveCommunityGroups", async move {
        let end = Instant::now() + AT_ONCE;
        go_on(&own, &id, end).await.map(|_| ())
    });
}

/// Has somebody leave groups until none is left, or the time is over; tells how many groups were dealt with, and whether there
/// are more.
///
/// # Errors
/// The store's.
pub async fn go_on(ctx: &Ctx, id: &str, end: Instant) -> Result<(u64, bool)> {
    let mut done = 0;
    while Instant::now() < end {
        let ctx = &ctx.anew()?;
        match ctx.retry(async || attempt(ctx, id).await).await? {
            true => done += 1,
            false => return Ok((done, false)),
        }
    }
    Ok((done, true))
}

/// The next group; false where none is left, or they came back.
async fn attempt(ctx: &Ctx, id: &str) -> Result<Attempt<bool>> {
    let Some(gone) = ctx.read(Get::<CommunityDeparture>::id(id)).await? else {
        return Ok(Attempt::Done(false));
    };
    let next = Query::<CommunityGroup>::new()
        .filter(Filter::eq(
            CommunityGroup::COMMUNITY_ID,
            gone.community_id.as_str(),
        ))
        .filter(Filter::gt(Column::seq(), gone.position))
        .order(Order::asc(Column::seq()))
        .first();
    let member = member_id(&gone.community_id, &gone.user_id);
    let asked = (Get::<ConversationMember>::id(member), next);
    let (member, next) = ctx.read(asked).await?;
    let is_back = member.is_some_and(|member| member.status == Status::Active);
    let as_read = Filter::<CommunityDeparture>::revision(gone.revision);
    let Some(next) = next.filter(|_| !is_back) else {
        let batch = Batch::new().delete_if(id, as_read);
        let committed = ctx.try_commit(batch).await?;
        return Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(false)));
    };
    let moved = Patch::new().set(CommunityDeparture::POSITION, next.seq);
    let batch = Batch::new().update_if(id, moved, as_read);
    let own = Get::<ConversationMember>::id(member_id(&next.id, &gone.user_id));
    let own = ctx
        .read(own)
        .await?
        .filter(|own| own.status == Status::Active);
    let batch = match own {
        Some(own) if own.role == Role::Owner => taken_along(ctx, batch, &next, &own).await?,
        Some(_) => match departing_from(ctx, &next.id, &gone.user_id).await? {
            Some(leaving) => batch.append(leaving),
            None => batch,
        },
        None => batch,
    };
    let committed = ctx.try_commit(batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(true)))
}

/// Takes a group out of the community that its owner left.
async fn taken_along(
    ctx: &Ctx,
    batch: Batch,
    group: &Doc<CommunityGroup>,
    owner: &ConversationMember,
) -> Result<Batch> {
    let batch = batch.expect_some(same_role(owner)).delete_if(
        &group.id,
        Filter::<CommunityGroup>::revision(group.revision),
    );
    let sides = (
        Get::<Conversation>::id(&group.community_id),
        Get::<Conversation>::id(&group.id),
    );
    match ctx.read(sides).await? {
        (Some(community), Some(group)) => {
            let pair = Pair {
                community: &community,
                group: &group,
            };
            pair.removed(ctx, batch, &owner.user_id)
        }
        // Nobody is left to be told.
        _ => Ok(batch),
    }
}
