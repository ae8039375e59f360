//! `DELETE /v1/contact-requests/{userId}`: takes a request back.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::prelude::{ContactRequest, ContactRequestStatus};
use whisper_store::{Batch, Filter, Patch};

use super::{Standing, on_file};

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        super::REQUEST,
        "withdrawContactRequest",
        "Takes back the caller's request to somebody.",
        withdraw,
    )
    .reply_empty(204, "The caller asks nothing of them, now or since before.")
}

async fn withdraw(ctx: Ctx, request: Request) -> Result<Reply> {
    let (me, other) = (ctx.caller()?.user_id, request.id("userId")?);
    ctx.retry(async || attempt(&ctx, &me, other).await).await
}

async fn attempt(ctx: &Ctx, me: &str, other: &str) -> Result<Attempt<Reply>> {
    let found = ctx.read(on_file(me, other)).await?;
    if let Standing::Asked(request) = Standing::of(found.as_ref(), me, ctx.now()) {
        let as_read = Filter::revision(request.revision);
        let batch = match request.status {
            ContactRequestStatus::Pending => {
                let batch = Batch::new().delete_if(&request.id, as_read);
                let what = json!({"requesterId": me, "recipientId": other});
                let kind = "contact_request.withdrawn";
                append(ctx, batch, kind, other, Some(me), &what)?
            }
            // The place is kept, so that asking again is in vain.
            _ => {
                let withdrawn = ContactRequestStatus::Withdrawn;
                let withdrawn = Patch::new().set(ContactRequest::STATUS, withdrawn);
                Batch::new().update_if(&request.id, withdrawn, as_read)
            }
        };
        if ctx.try_commit(batch).await?.is_none() {
            return Ok(Attempt::Retry);
        }
    }
    Ok(Attempt::Done(Reply::no_content()))
}
