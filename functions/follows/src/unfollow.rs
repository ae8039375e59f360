//! `DELETE /v1/follows/{userId}`: ends following somebody.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::prelude::Follow;
use whisper_store::{Batch, Get};

use crate::follow_id;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        crate::FOLLOW,
        "unfollow",
        "Ends following somebody.",
        unfollow,
    )
    .reply_empty(204, "The caller doesn't follow them.")
}

/// Whether the caller may still see the other doesn't matter here.
async fn unfollow(ctx: Ctx, request: Request) -> Result<Reply> {
    let (me, other) = (ctx.caller()?.user_id, request.id("userId")?);
    let id = follow_id(&me, other);
    if ctx.read(Get::<Follow>::id(&id)).await?.is_some() {
        let what = json!({"followerId": me, "followingId": other});
        let batch = Batch::new().delete::<Follow>(&id);
        let batch = append(&ctx, batch, "follow.removed", other, Some(&me), &what)?;
        // None where somebody else ended it at the same time.
        ctx.try_commit(batch).await?;
    }
    Ok(Reply::no_content())
}
