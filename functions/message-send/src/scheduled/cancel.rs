//! `DELETE /v1/me/scheduled-messages/{scheduledMessageId}`: it isn't sent, or isn't kept any more.

use whisper_files::release;
use whisper_kit::rate_limit::Uses;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_store::Batch;

use super::{book, own};
use crate::limits::SCHEDULING;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        super::ONE,
        "cancelScheduledMessage",
        "Cancels a scheduled message; 404 where there is none any more, as when it has been sent",
        cancel,
    )
    .reply_empty(204, "It won't be sent.")
    .codes(&[Code::NotFound, Code::RateLimited])
}

async fn cancel(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("scheduledMessageId")?;
    ctx.retry(async || attempt(&ctx, id).await).await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, id: &str) -> Result<Attempt<()>> {
    let (scheduled, holds) = own::read_with_files(ctx, id).await?;
    let batch = own::delete(Batch::new(), &scheduled);
    let batch = release(batch, &holds, ctx.now());
    let batch = book::one_less(batch, &scheduled);
    let batch = own::tell(ctx, batch, &scheduled, "cancelled")?;
    let uses = Uses::of(ctx, &[(SCHEDULING, 1)]).await?;
    let committed = uses.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}
