//! `DELETE /v1/blocks/{userId}`: lets somebody come near again.

use serde_json::json;
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Contact, ContactRelationship, ConversationMember};
use whisper_store::{Batch, Doc, Filter, Patch};

use crate::block::{AS_READ, contact, mark, may_settle, member};
use crate::trail;

/// How often it is tried while others change the same things.
const TRIES: usize = 5;

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
    let other = request.id("userId").unwrap_or_default();
    for _ in 0..TRIES {
        let (contact, member) = ctx.read((contact(&me, other), member(&me, other))).await?;
        let Some(contact) = contact.filter(|contact| contact.is_blocked) else {
            break;
        };
        let batch = batch(&ctx, &me, other, &contact, member.as_ref())?;
        match ctx.store().await?.commit(batch).await {
            Ok(_) => break,
            Err(error) if may_settle(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Reply::no_content())
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
    let batch = mark(batch.label(AS_READ), me, other, member, false);
    trail::event(ctx, batch, "user.unblocked", me, &json!({"userId": other}))
}
