//! `POST /v1/contact-requests/{userId}/accept` and `…/decline`: the answer to somebody's request.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_people::{ContactView, shown_to, visible};
use whisper_schema::prelude::{ContactRequest, ContactRequestStatus};
use whisper_store::{Batch, Doc, Filter, Patch};

use super::accept::{Pairing, acceptance};
use super::{Standing, on_file};
use crate::limits::CHANGES;

/// Accepting.
pub fn accepting() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/contact-requests/{userId}/accept",
        "acceptContactRequest",
        "Accepts somebody's request: both are contacts of each other. One that was declined can still be accepted.",
        accept,
    )
    .reply::<ContactView>(200, "The contact, now or since before.")
    .codes(&[Code::ContactsFull, Code::RateLimited])
}

/// Declining.
pub fn declining() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/contact-requests/{userId}/decline",
        "declineContactRequest",
        "Declines somebody's request. They aren't told, and can't ask again as long as it lasts.",
        decline,
    )
    .reply_empty(204, "It is declined, now or since before.")
}

async fn accept(ctx: Ctx, request: Request) -> Result<Reply> {
    let (me, other) = (ctx.caller()?.user_id, request.id("userId")?);
    ctx.retry(async || attempt_to_accept(&ctx, &me, other).await)
        .await
}

async fn attempt_to_accept(ctx: &Ctx, me: &str, other: &str) -> Result<Attempt<Reply>> {
    let pairing = Pairing::of(ctx, me, other).await?;
    let read = (
        visible(me, other),
        shown_to(me, [other]),
        pairing.mine().conversations(),
        on_file(me, other),
        pairing.sides(me, other),
    );
    let (them, people, talks, found, sides) = ctx.read(read).await?;
    them.or_not_found()?;
    let kept = sides.mine.kept().map(|kept| kept.value.clone());
    let contact = match Standing::of(found.as_ref(), me, ctx.now()) {
        Standing::WasAsked(request) => {
            let (batch, new) = acceptance(ctx, request, &pairing, &sides).await?;
            let limit = CHANGES.of_caller(ctx).await?;
            let Some(committed) = limit.try_commit(ctx, batch).await? else {
                return Ok(Attempt::Retry);
            };
            let new = new.map(|mut contact| {
                (contact.added_at, contact.updated_at) = (Some(committed.at), Some(committed.at));
                contact
            });
            new.or(kept)
        }
        // Accepted before.
        _ => kept,
    };
    let contact = contact.ok_or_else(Error::not_found)?;
    let latest = pairing.mine().latest(&talks).get(other).copied();
    Reply::ok(&ContactView::new(contact, &people, latest)).map(Attempt::Done)
}

async fn decline(ctx: Ctx, request: Request) -> Result<Reply> {
    let (me, other) = (ctx.caller()?.user_id, request.id("userId")?);
    ctx.retry(async || attempt_to_decline(&ctx, &me, other).await)
        .await
}

async fn attempt_to_decline(ctx: &Ctx, me: &str, other: &str) -> Result<Attempt<Reply>> {
    let found = ctx.read(on_file(me, other)).await?;
    let Standing::WasAsked(request) = Standing::of(found.as_ref(), me, ctx.now()) else {
        return Err(Error::not_found());
    };
    if request.status == ContactRequestStatus::Pending {
        let batch = declined(request);
        let what = json!({"userId": other});
        let kind = "contact_request.declined";
        let batch = append(ctx, batch, kind, me, Some(me), &what)?;
        if ctx.try_commit(batch).await?.is_none() {
            return Ok(Attempt::Retry);
        }
    }
    Ok(Attempt::Done(Reply::no_content()))
}

fn declined(request: &Doc<ContactRequest>) -> Batch {
    let declined = Patch::new().set(ContactRequest::STATUS, ContactRequestStatus::Declined);
    Batch::new().update_if(&request.id, declined, Filter::revision(request.revision))
}
