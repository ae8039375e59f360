//! `PUT` and `PATCH /v1/contacts/{userId}`: adds a contact, or changes the caller's notes about one.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{
    Attempt, Code, Ctx, Endpoint, Error, Json, Method, OptionExt, OptionalJson, Reply, Request,
    Result,
};
use whisper_people::{ContactView, Talks, blocked, shown_to, visible};
use whisper_schema::Rule;
use whisper_schema::prelude::{Contact, Timestamp};
use whisper_store::{Batch, Doc, Filter, Patch};

use crate::details::ContactChange;
use crate::limits::CHANGES;
use crate::request::accept;
use crate::side::{Side, side};

/// Adding.
pub fn add_endpoint() -> Endpoint {
    Endpoint::new(
        Method::PUT,
        crate::CONTACT,
        "keepContact",
        "Adds somebody to the caller's contacts, or changes the notes about them. They aren't told.",
        add,
    )
    .reply::<ContactView>(201, "They are a contact now.")
    .reply::<ContactView>(200, "They were one already; the fields that were sent are changed.")
    .codes(&[Code::ContactsFull, Code::RateLimited])
}

/// Editing.
pub fn edit_endpoint() -> Endpoint {
    Endpoint::new(
        Method::PATCH,
        crate::CONTACT,
        "editContact",
        "Changes the caller's notes about a contact: name, relation, notes, tags, whether they are a favourite",
        edit,
    )
    .reply::<ContactView>(200, "The changed contact.")
    .codes(&[Code::RateLimited])
}

async fn add(
    ctx: Ctx,
    request: Request,
    OptionalJson(details): OptionalJson<ContactChange>,
) -> Result<Reply> {
    let (me, other) = (ctx.caller()?.user_id, request.id("userId")?);
    if me == other {
        return Err(Error::field("userId", Rule::Reference, "is yourself"));
    }
    ctx.retry(async || attempt(&ctx, &me, other, details.clone(), true).await)
        .await
}

async fn edit(ctx: Ctx, request: Request, Json(details): Json<ContactChange>) -> Result<Reply> {
    let (me, other) = (ctx.caller()?.user_id, request.id("userId")?);
    ctx.retry(async || attempt(&ctx, &me, other, details.clone(), false).await)
        .await
}

async fn attempt(
    ctx: &Ctx,
    me: &str,
    other: &str,
    details: ContactChange,
    may_begin: bool,
) -> Result<Attempt<Reply>> {
    let direct = Talks::of(ctx, me, [other]).await?;
    let read = (
        visible(me, other),
        shown_to(me, [other]),
        side(me, other),
        direct.conversations(),
        may_begin.then(|| direct.memberships()),
    );
    let (them, people, side, talks, memberships) = ctx.read(read).await?;
    let began = side.kept().is_none();
    let (mut contact, batch) = match side.kept() {
        Some(kept) => change(ctx, kept, details)?,
        None => {
            let memberships = memberships.or_not_found()?;
            them.or_not_found()?;
            let (contact, batch) = begin(ctx, &side, details).await?;
            (contact, Some(accept(&direct, ctx, batch, &memberships)?))
        }
    };
    if let Some(batch) = batch {
        let limit = CHANGES.of_caller(ctx).await?;
        let Some(committed) = limit.try_commit(ctx, batch).await? else {
            return Ok(Attempt::Retry);
        };
        contact.updated_at = Some(committed.at);
        if began {
            contact.added_at = contact.updated_at;
        }
    }
    let latest = direct.latest(&talks).get(other).copied();
    let view = ContactView::new(contact, &people, latest);
    Reply::json(if began { 201 } else { 200 }, &view).map(Attempt::Done)
}

/// The new contact, and the commit that adds them.
async fn begin(ctx: &Ctx, side: &Side, details: ContactChange) -> Result<(Contact, Batch)> {
    let mut contact = side.new_contact();
    details.note(&mut contact);
    let (me, other) = (&contact.user_id, &contact.contact_user_id);
    let batch = side.begin(ctx, Batch::new(), &contact).await?;
    let batch = batch.expect_none(blocked(me, other));
    let what = json!({"userId": other});
    let batch = append(ctx, batch, "contact.added", me, Some(me), &what)?;
    Ok((contact, batch))
}

/// The contact with other notes, and the commit that changes them; none where nothing differs.
fn change(
    ctx: &Ctx,
    kept: &Doc<Contact>,
    details: ContactChange,
) -> Result<(Contact, Option<Batch>)> {
    let mut contact = kept.value.clone();
    let changed = details.note(&mut contact);
    if changed.is_empty() {
        return Ok((contact, None));
    }
    let fields: Vec<&str> = changed.iter().map(|(column, _)| column.key()).collect();
    let what = json!({"userId": contact.contact_user_id, "fields": fields});
    let patch = Patch::of(changed).set(Contact::UPDATED_AT, Timestamp::AT_COMMIT);
    let batch = Batch::new().update_if(&kept.id, patch, Filter::revision(kept.revision));
    let me = &contact.user_id;
    let batch = append(ctx, batch, "contact.updated", me, Some(me), &what)?;
    Ok((contact, Some(batch)))
}
