//! `DELETE /v1/blocks/{userId}`: lets somebody come near again.

use serde_json::json;
use whisper_kit::{Attempt, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Contact, ContactRelationship, ConversationMember};
use whisper_store::{Batch, Doc, Filter, Patch};

use crate::block::{contact, mark, member};
use crate::trail;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        "/v1/blocks/{userId}",
        "unblockUser",
        "Takes a block back; following each other doesn't come back with it",
        unblock,
    )
    .reply_empty(204, "They are not blocked, now or since before.")
}

async fn unblock(ctx: Ctx, request: Request) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let Ok(other) = request.id("userId") else {
        // Nobody has such an id, so nobody with it is blocked.
        return Ok(Reply::no_content());
    };
    ctx.retry(async || attempt(&ctx, &me, other).await).await
}

async fn attempt(ctx: &Ctx, me: &str, other: &str) -> Result<Attempt<Reply>> {
    let (contact, member) = ctx.read((contact(me, other), member(me, other))).await?;
    if let Some(contact) = contact.filter(|contact| contact.is_blocked) {
        let batch = batch(ctx, me, other, &contact, member.as_ref())?;
        if ctx.try_commit(batch).await?.is_none() {
            return Ok(Attempt::Retry);
        }
    }
    Ok(Attempt::Done(Reply::no_content()))
}

fn batch(
    ctx: &Ctx,
    me: &str,
    other: &str,
    contact: &Doc<Contact>,
    member: Option<&Doc<ConversationMember>>,
) -> Result<Batch> {
    let as_read = Filter::revision(contact.revision);
    // A contact that only the block made goes with it; one that was there before stays.
    let batch = match contact.relationship {
        ContactRelationship::Blocked => Batch::new().delete_if(&contact.id, as_read),
        _ => {
            let patch = Patch::new()
                .set(Contact::IS_BLOCKED, false)
                .set(Contact::UPDATED_AT, Timestamp::AT_COMMIT);
            Batch::new().update_if(&contact.id, patch, as_read)
        }
    };
    let batch = mark(batch, me, other, member, false);
    trail::event(ctx, batch, "user.unblocked", me, &json!({"userId": other}))
}
