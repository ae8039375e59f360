//! `PUT /v1/blocks/{userId}`: keeps somebody away.

use serde_json::json;
use whisper_kit::ids::member_id;
use whisper_kit::rate_limit::Rate;
use whisper_kit::{
    Attempt, Code, Ctx, Endpoint, Error, Method, OptionExt, Reply, Request, Result, Rule,
};
use whisper_people::{contact, contact_id, contact_request_id, direct_ids, following};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{
    Account, Column, Contact, ContactRelationship, ContactRequest, ConversationMember,
};
use whisper_store::{Batch, Doc, Filter, Get, Patch, Query};

use crate::trail;

/// How many people one user may block.
pub const RATE: Rate = Rate::per_hour("block", "block_rate_per_hour", 300);

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
    .codes(&[Code::NotFound, Code::ValidationFailed, Code::RateLimited])
}

async fn block(ctx: Ctx, request: Request) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let other = request.id("userId")?;
    let members = members(&ctx, &me, other).await?;
    ctx.retry(async || attempt(&ctx, &me, other, &members).await)
        .await
}

async fn attempt(ctx: &Ctx, me: &str, other: &str, members: &Members) -> Result<Attempt<Reply>> {
    let question = (
        Get::<Account>::id(other),
        Query::new().filter(contact(me, other)).first(),
        Vec::from(members.clone().map(Get::id)),
    );
    let (account, contact, found) = ctx.read(question).await?;
    account.or_not_found()?;
    if me == other {
        return Err(Error::field("userId", Rule::Reference, "is yourself"));
    }
    if !contact.as_ref().is_some_and(|contact| contact.is_blocked) {
        let batch = batch(ctx, me, other, contact.as_ref())?;
        let batch = mark(batch, members, &found, true);
        let limit = RATE.of_caller(ctx).await?;
        if limit.try_commit(ctx, batch).await?.is_none() {
            return Ok(Attempt::Retry);
        }
    }
    Ok(Attempt::Done(Reply::no_content()))
}

/// The ids that the other's membership of the direct conversation between the two may have.
pub type Members = [String; 2];

/// See [`Members`].
///
/// # Errors
/// As [`direct_ids`].
pub async fn members(ctx: &Ctx, me: &str, other: &str) -> Result<Members> {
    let (id, former) = direct_ids(ctx, me, other).await?;
    Ok([id, former].map(|id| member_id(&id, other)))
}

fn batch(ctx: &Ctx, me: &str, other: &str, contact: Option<&Doc<Contact>>) -> Result<Batch> {
    let batch = match contact {
        Some(contact) => {
            let patch = Patch::new()
                .set(Contact::IS_BLOCKED, true)
                .set(Contact::UPDATED_AT, Timestamp::AT_COMMIT);
            Batch::new().update_if(&contact.id, patch, Filter::revision(contact.revision))
        }
        None => Batch::new().insert(&Contact {
            id: contact_id(me, other),
            user_id: me.to_owned(),
            contact_user_id: other.to_owned(),
            relationship: ContactRelationship::Blocked,
            is_blocked: true,
            added_at: Some(Timestamp::AT_COMMIT),
            updated_at: Some(Timestamp::AT_COMMIT),
            ..Contact::default()
        }),
    };
    let request = contact_request_id(me, other);
    let batch = batch
        .delete_where(following(me, other), 1)
        .delete_where(following(other, me), 1)
        .delete_where(Filter::<ContactRequest>::eq(Column::id(), request), 1);
    trail::event(ctx, batch, "user.blocked", me, &json!({"userId": other}))
}

/// Notes in the direct conversation between the two, if there is one, whether the other may write.
pub fn mark(
    batch: Batch,
    members: &Members,
    found: &[Option<Doc<ConversationMember>>],
    blocked: bool,
) -> Batch {
    let blocked = Patch::new().set(ConversationMember::IS_BLOCKED, blocked);
    let each = members.iter().zip(found);
    each.fold(batch, |batch, (id, found)| match found {
        Some(_) => batch.update(id, blocked.clone()),
        // The conversation may be made at this very moment; its maker didn't see the block.
        None => batch.expect_none(Filter::<ConversationMember>::eq(Column::id(), id.as_str())),
    })
}
