//! `DELETE /v1/notifications/{notificationId}`

use whisper_kit::{Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_schema::prelude::Notification;
use whisper_store::Batch;
use whisper_views::notifications::one;

use super::read::inbox_changed;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        "/v1/notifications/{notificationId}",
        "deleteNotification",
        "Takes a notification out of the caller's inbox.",
        clear,
    )
    .reply_empty(204, "It is gone")
}

/// Takes it out; one that was deleted before is the one 404.
async fn clear(ctx: Ctx, request: Request) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let found = one(&ctx, &user, request.id("notificationId")?).await?;
    let batch = Batch::new().delete::<Notification>(&found.id);
    let batch = inbox_changed(&ctx, batch, &user)?;
    match ctx.try_commit(batch).await? {
        Some(_) => Ok(Reply::no_content()),
        None => Err(Error::not_found()),
    }
}
