//! `DELETE /v1/conversations/{conversationId}/bans/{userId}`: lifts a ban.

use serde_json::json;
use whisper_kit::events::append;

use whisper_kit::{Attempt, Code, Ctx, Endpoint, Method, OptionExt, Reply, Request, Result};
use whisper_schema::Ephemeral;
use whisper_schema::prelude::ConversationBan;
use whisper_store::{Batch, Filter, Get};

use crate::access::{admit, door, this_one};
use crate::bans::ban_id;
use crate::bans::refuse;
use crate::limits::{CHANGES, Uses};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        "/v1/conversations/{conversationId}/bans/{userId}",
        "liftConversationBan",
        "Lifts a ban: they may be added again, and are no member yet; moderators and up.",
        lift,
    )
    .for_bots()
    .reply_empty(204, "They are not banned any more.")
    .codes(&[
        Code::Forbidden,
        Code::DirectConversation,
        Code::WrongKind,
        Code::RateLimited,
    ])
}

/// Answers 204.
async fn lift(ctx: Ctx, request: Request) -> Result<Reply> {
    let (id, user) = (request.id("conversationId")?, request.id("userId")?);
    ctx.retry(async || attempt(&ctx, id, user).await).await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, id: &str, user: &str) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let ban = Get::<ConversationBan>::id(ban_id(id, user));
    let (found, ban) = ctx.read((door(id, &me), ban)).await?;
    let access = admit(found)?;
    refuse(&access)?;
    let ban = ban.filter(|ban| ban.stands(ctx.now())).or_not_found()?;
    let batch = Batch::new()
        .expect_some(this_one(&access.me))
        .delete_if(&ban.id, Filter::<ConversationBan>::revision(ban.revision));
    let what = json!({"userId": user});
    let batch = append(ctx, batch, "conversation.ban_lifted", id, Some(&me), &what)?;
    let uses = Uses::of(ctx, &[(CHANGES, 1)]).await?;
    let committed = uses.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}
