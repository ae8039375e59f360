//! `DELETE /v1/follows/{userId}`: ends following somebody.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Ctx, Reply, Request, Result};
use whisper_schema::prelude::Follow;
use whisper_store::{Batch, Get, StoreError};

use crate::people::{follow_id, read};

/// Answers 204, whether or not there was anything to end: whom one may see doesn't matter here.
pub async fn unfollow(ctx: Ctx, request: Request) -> Result<Reply> {
    let (me, other) = (ctx.claims()?.sub, request.id("userId")?);
    let id = follow_id(&me, other);
    if read(&ctx, Get::<Follow>::id(&id)).await?.is_some() {
        let what = json!({"followerId": me, "followingId": other});
        let batch = Batch::new().delete::<Follow>(&id);
        let batch = append(&ctx, batch, "follow.removed", other, Some(&me), &what)?;
        match ctx.store()?.commit(batch).await {
            // Somebody else ended it at the same time.
            Ok(_) | Err(StoreError::ConditionFailed { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Reply::no_content())
}
