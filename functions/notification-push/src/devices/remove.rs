//! `DELETE /v1/push/subscriptions/{id}`

use whisper_kit::{Ctx, Error, Reply, Request, Result};
use whisper_schema::prelude::{Column, PushSubscription};
use whisper_store::{Batch, Filter};

/// Takes a device of the caller's off. What is on its way to it is dropped when it is due.
///
/// # Errors
/// The one 404, also for one that was taken off before.
pub async fn handle(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("id")?;
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
