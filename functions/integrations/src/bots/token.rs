//! `POST /v1/me/bots/{botId}/token`

use serde_json::json;
use whisper_kit::auth::issue_bot_token;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::prelude::{Bot, Timestamp};
use whisper_store::{Batch, Filter, Patch};

use super::view::{BotTokenView, BotView};
use super::{out_of_use, owned};
use crate::limits::BOTS;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/me/bots/{botId}/token",
        "replaceBotToken",
        "Gives a bot of the caller's another token; the one before is void at once.",
        replace,
    )
    .reply::<BotTokenView>(200, "The bot, with the token that is told this once.")
    .codes(&[Code::RateLimited])
}

async fn replace(ctx: Ctx, request: Request) -> Result<Reply> {
    let view = ctx.retry(async || attempt(&ctx, &request).await).await?;
    Reply::ok(&view)
}

async fn attempt(ctx: &Ctx, request: &Request) -> Result<Attempt<BotTokenView>> {
    let found = owned(ctx, request).await?;
    let as_read = Filter::revision(found.bot.revision);
    let mut bot = found.bot.into_inner();
    let patch = Patch::new().set(Bot::UPDATED_AT, Timestamp::AT_COMMIT);
    let batch = Batch::new()
        .expect_none(out_of_use(&bot.owner_id))
        .update_if(&bot.id, patch, as_read);
    let (batch, token) = issue_bot_token(ctx, batch, &bot.id).await?;
    let owner = Some(bot.owner_id.as_str());
    let batch = append(ctx, batch, "bot.token_replaced", &bot.id, owner, &json!({}))?;
    let limit = BOTS.of_caller(ctx).await?;
    let Some(committed) = limit.try_commit(ctx, batch).await? else {
        return Ok(Attempt::Retry);
    };
    bot.updated_at = committed.at;
    let bot = BotView::new(bot, found.profile.into_inner());
    Ok(Attempt::Done(BotTokenView { bot, token }))
}
