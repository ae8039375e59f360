//! `DELETE /v1/blocks/{userId}`: lets somebody come near again.

use serde_json::json;
use whisper_kit::{Attempt, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::contact;
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Contact, ContactRelationship, ConversationMember};
use whisper_store::{Batch, Doc, Filter, Get, Patch, Query};

use crate::block::{Members, mark, members};
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
        // No user has a text as id that is none, so there is no block to take back.
        return Ok(Reply::no_content());
    };
    let members = members(&ctx, &me, other).await?;
    ctx.retry(async || attempt(&ctx, &me, other, &members).await)
        .await
}

async fn attempt(ctx: &Ctx, me: &str, other: &str, members: &Members) -> Result<Attempt<Reply>> {
    let found = Vec::from(members.clone().map(Get::<ConversationMember>::id));
    let contact = Query::new().filter(contact(me, other)).first();
    let (contact, found) = ctx.read((contact, found)).await?;
    if let Some(contact) = contact.filter(|contact| contact.is_blocked) {
        let batch = batch(ctx, me, other, &contact)?;
        let batch = mark(batch, members, &found, false);
        if ctx.try_commit(batch).await?.is_none() {
            return Ok(Attempt::Retry);
        }
    }
    Ok(Attempt::Done(Reply::no_content()))
}

fn batch(ctx: &Ctx, me: &str, other: &str, contact: &Doc<Contact>) -> Result<Batch> {
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
    trail::event(ctx, batch, "user.unblocked", me, &json!({"userId": other}))
}
