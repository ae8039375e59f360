//! `GET /v1/me/bots/{botId}`

use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};

use super::owned;
use super::view::BotView;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        super::ONE,
        "getBot",
        "A bot of the caller's, without its token.",
        get,
    )
    .reply::<BotView>(200, "The bot.")
}

async fn get(ctx: Ctx, request: Request) -> Result<Reply> {
    let found = owned(&ctx, &request).await?;
    let view = BotView::new(found.bot.into_inner(), found.profile.into_inner());
    Reply::ok(&view)
}
