//! `DELETE /v1/push/subscriptions/{subscriptionId}`

use whisper_kit::{Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_schema::prelude::{Column, PushSubscription};
use whisper_store::{Batch, Filter};

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        "/v1/push/subscriptions/{subscriptionId}",
        "unsubscribeFromPush",
        "Sends no more pushes to a device of the caller's.",
        remove,
    )
    .reply_empty(204, "It gets none any more")
}

/// Takes a device of the caller's off. Pushes on their way to it are dropped when they are due.
async fn remove(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("subscriptionId")?;
    let user = ctx.caller()?.user_id;
    let own = Filter::and([
        Filter::eq(Column::id(), id),
        Filter::eq(PushSubscription::USER_ID, user),
    ]);
    let batch = Batch::new().delete_where::<PushSubscription>(own, 1);
    let committed = ctx.store().await?.commit(batch).await?;
    match committed.affected.first() {
        Some(1) => Ok(Reply::no_content()),
        _ => Err(Error::not_found()),
    }
}
