//! `GET /v1/me/commands` and `GET /v1/me/bots/{botId}/commands`

use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::prelude::BotCommands;
use whisper_store::{Doc, Get};

use super::view::{BotCommandsView, commands};
use super::{MINE, OWNED, myself};
use crate::bots;

/// A bot asks for its own.
pub fn mine() -> Endpoint {
    let summary = "The commands that the calling bot offers.";
    Endpoint::new(Method::GET, MINE, "getMyCommands", summary, list_mine)
        .for_bots()
        .reply::<BotCommandsView>(200, "The commands.")
        .codes(&[Code::Forbidden])
}

/// Its owner asks for them.
pub fn owned() -> Endpoint {
    let summary = "The commands that a bot of the caller's offers.";
    Endpoint::new(Method::GET, OWNED, "getBotCommands", summary, list_owned)
        .reply::<BotCommandsView>(200, "The commands.")
}

async fn list_mine(ctx: Ctx, _: Request) -> Result<Reply> {
    list(&ctx, &myself(&ctx)?).await
}

async fn list_owned(ctx: Ctx, request: Request) -> Result<Reply> {
    let found = bots::owned(&ctx, &request).await?;
    list(&ctx, &found.bot.id).await
}

async fn list(ctx: &Ctx, bot: &str) -> Result<Reply> {
    let kept = ctx.read(Get::<BotCommands>::id(bot)).await?;
    let commands = kept.map(Doc::into_inner).map(commands);
    Reply::ok(&BotCommandsView {
        commands: commands.unwrap_or_default(),
    })
}
