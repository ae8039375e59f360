//! `DELETE /v1/conversations/{conversationId}/linked-group`: a channel has no group any more.

use whisper_kit::{Attempt, Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_messages::refuse_others;
use whisper_schema::prelude::{LinkedGroup, SystemMessage};
use whisper_store::{Batch, Filter, Get};

use super::link::refuse_role;
use crate::access::{admit, door, this_one};
use crate::limits::{CHANGES, Uses};
use crate::updated::updated;

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        super::LINKED_GROUP,
        "unlinkGroup",
        "Takes the link to its group off a channel: comments stay in the group, and the channel's messages lead there no more; for the owner.",
        unlink,
    )
    .reply_empty(204, "No group is linked.")
    .codes(&[Code::Forbidden, Code::WrongKind, Code::RateLimited])
}

/// Answers 204, also where there was no link.
async fn unlink(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("conversationId")?;
    ctx.retry(async || attempt(&ctx, id).await).await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, id: &str) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let asked = (door(id, &me), Get::<LinkedGroup>::id(id));
    let (channel, known) = ctx.read(asked).await?;
    let access = admit(channel)?;
    refuse_others(&access.conversation)?;
    refuse_role(&access)?;
    let Some(known) = known else {
        return Ok(Attempt::Done(()));
    };
    let batch = Batch::new()
        .expect_some(this_one(&access.me))
        .delete_if(id, Filter::<LinkedGroup>::revision(known.revision));
    let of = (&*access.conversation, me.as_str());
    let told = SystemMessage::GroupUnlinked;
    let batch = updated(ctx, batch, of, told, super::changed(), None)?;
    let uses = Uses::of(ctx, &[(CHANGES, 1)]).await?;
    let committed = uses.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}
