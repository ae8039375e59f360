//! `DELETE /v1/notifications/{id}`

use whisper_kit::{Ctx, Error, Reply, Request, Result};
use whisper_schema::prelude::{Column, Notification};
use whisper_store::{Batch, Filter};

use super::view::shown_to;

/// Takes a notification out of the caller's inbox.
///
/// # Errors
/// The one 404, also for one that was deleted before.
pub async fn handle(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("id")?;
    let user = ctx.caller()?.user_id;
    let own = Filter::and([Filter::eq(Column::id(), id), shown_to(&user, ctx.now())]);
    let batch = Batch::new().delete_where::<Notification>(own, 1);
    let committed = ctx.store().await?.commit(batch).await?;
    match committed.affected.first() {
        Some(1) => Ok(Reply::no_content()),
        _ => Err(Error::not_found()),
    }
}
