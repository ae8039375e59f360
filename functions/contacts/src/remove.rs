//! `DELETE /v1/contacts/{userId}`: takes somebody off the contacts.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_store::Batch;

use crate::side::side;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        crate::CONTACT,
        "removeContact",
        "Takes somebody off the caller's contacts, with the notes about them; a block stays. They aren't told.",
        remove,
    )
    .reply_empty(204, "They are no contact, now or since before.")
}

async fn remove(ctx: Ctx, request: Request) -> Result<Reply> {
    let (me, other) = (ctx.caller()?.user_id, request.id("userId")?);
    ctx.retry(async || attempt(&ctx, &me, other).await).await
}

async fn attempt(ctx: &Ctx, me: &str, other: &str) -> Result<Attempt<Reply>> {
    let side = ctx.read(side(me, other)).await?;
    if let Some(kept) = side.kept() {
        let batch = side.end(Batch::new(), kept);
        let what = json!({"userId": other});
        let batch = append(ctx, batch, "contact.removed", me, Some(me), &what)?;
        if ctx.try_commit(batch).await?.is_none() {
            return Ok(Attempt::Retry);
        }
    }
    Ok(Attempt::Done(Reply::no_content()))
}
