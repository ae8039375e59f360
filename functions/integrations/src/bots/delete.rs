//! `DELETE /v1/me/bots/{botId}`

use whisper_kit::{Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_people::bots::delete_bot;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        super::ONE,
        "deleteBot",
        "Deletes a bot of the caller's: its account, token and commands at once; it leaves its conversations soon after. Its messages stay.",
        delete,
    )
    .reply_empty(204, "It is deleted.")
}

/// Without a limit: a deletion is of a bot that was made, and those are counted.
async fn delete(ctx: Ctx, request: Request) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    match delete_bot(&ctx, &me, request.id("botId")?).await? {
        true => Ok(Reply::no_content()),
        false => Err(Error::not_found()),
    }
}
