//! `PUT /v1/blocks/{userId}`: keeps somebody away.

use serde_json::json;
use whisper_kit::ids::{derived_id, direct_conversation_id, member_id};
use whisper_kit::{
    Attempt, Code, Ctx, Endpoint, Error, Method, OptionExt, Reply, Request, Result, Rule,
};
use whisper_people::following;
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Account, Column, Contact, ContactRelationship, ConversationMember};
use whisper_store::{Batch, Doc, Filter, First, Get, Patch, Query};

use crate::trail;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PUT,
        "/v1/blocks/{userId}",
        "blockUser",
        "Blocks somebody: each is hidden from the other, and they can't write to the caller",
        block,
    )
    .reply_empty(204, "They are blocked, now or since before.")
    .codes(&[Code::NotFound, Code::ValidationFailed])
}

async fn block(ctx: Ctx, request: Request) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let other = request.id("userId")?;
    ctx.retry(async || attempt(&ctx, &me, other).await).await
}

async fn attempt(ctx: &Ctx, me: &str, other: &str) -> Result<Attempt<Reply>> {
    let question = (
        Get::<Account>::id(other),
        contact(me, other),
        member(me, other),
    );
    let (account, contact, member) = ctx.read(question).await?;
    account.or_not_found()?;
    if me == other {
        return Err(Error::field("userId", Rule::Reference, "is yourself"));
    }
    if !contact.as_ref().is_some_and(|contact| contact.is_blocked) {
        let batch = batch(ctx, me, other, contact.as_ref(), member.as_ref())?;
        if ctx.try_commit(batch).await?.is_none() {
            return Ok(Attempt::Retry);
        }
    }
    Ok(Attempt::Done(Reply::no_content()))
}

/// What the caller keeps about the other.
pub fn contact(me: &str, other: &str) -> First<Contact> {
    Query::new()
        .filter(Filter::eq(Contact::USER_ID, me))
        .filter(Filter::eq(Contact::CONTACT_USER_ID, other))
        .first()
}

/// The other's membership of the direct conversation between the two.
pub fn member(me: &str, other: &str) -> Get<ConversationMember> {
    Get::id(member_id(&direct_conversation_id(me, other), other))
}

fn batch(
    ctx: &Ctx,
    me: &str,
    other: &str,
    contact: Option<&Doc<Contact>>,
    member: Option<&Doc<ConversationMember>>,
) -> Result<Batch> {
    let batch = match contact {
        Some(contact) => {
            let patch = Patch::new()
                .set(Contact::IS_BLOCKED, true)
                .set(Contact::UPDATED_AT, Timestamp::AT_COMMIT);
            Batch::new().update_if(&contact.id, patch, Filter::revision(contact.revision))
        }
        None => Batch::new().insert(&Contact {
            id: derived_id(&["contact", me, other]),
            user_id: me.to_owned(),
            contact_user_id: other.to_owned(),
            relationship: ContactRelationship::Blocked,
            is_blocked: true,
            added_at: Some(Timestamp::AT_COMMIT),
            updated_at: Some(Timestamp::AT_COMMIT),
            ..Contact::default()
        }),
    };
    let batch = batch
        .delete_where(following(me, other), 1)
        .delete_where(following(other, me), 1);
    let batch = mark(batch, me, other, member, true);
    trail::event(ctx, batch, "user.blocked", me, &json!({"userId": other}))
}

/// Notes in the direct conversation between the two, if there is one, whether the other may write.
pub fn mark(
    batch: Batch,
    me: &str,
    other: &str,
    member: Option<&Doc<ConversationMember>>,
    blocked: bool,
) -> Batch {
    let id = member_id(&direct_conversation_id(me, other), other);
    match member {
        Some(_) => batch.update(
            &id,
            Patch::new().set(ConversationMember::IS_BLOCKED, blocked),
        ),
        // The conversation may be made at this very moment; its maker didn't see the block.
        None => batch.expect_none(Filter::<ConversationMember>::eq(Column::id(), id)),
    }
}
