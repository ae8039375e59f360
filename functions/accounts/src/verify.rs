//! `PUT /internal/users/{userId}/addresses`: the app's own backend, or its operator, has verified a user's e-mail address or phone number,
//! such as by a code in a mail or a short message.

use serde_json::json;
use whisper_kit::{
    Attempt, Auth, Code, Ctx, Endpoint, Json, Method, OptionExt, Reply, Request, Result, events,
};
use whisper_people::{unverified, verified};
use whisper_schema::body::Change;
use whisper_schema::body::forms::PHONE;
use whisper_schema::prelude::{DiscoverableKind, Profile};
use whisper_schema::{Body, Timestamp};
use whisper_store::{Batch, Filter, Get, Patch};

use crate::rules::email::Email;

/// The addresses that were verified to be the user's; one that is left out stays as it is. `null` says that none is the user's any more.
#[derive(Clone, Debug, Body)]
#[body(example = r#"{"email": "alice@example.com", "phone": "+41791234567"}"#)]
pub struct VerifiedAddresses {
    /// The e-mail address. It needn't be the one to sign in with.
    pub email: Change<Email>,
    /// The phone number, in international form. It stands in the profile from then on.
    #[field(is = PHONE)]
    pub phone: Change<String>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PUT,
        "/internal/users/{userId}/addresses",
        "verifyAddresses",
        "Says which addresses were verified to be a user's: others find the user by them, as far as the user's settings let them",
        verify,
    )
    .auth(Auth::Operator)
    .reply_empty(204, "It is so now. Somebody else who had one of the addresses is found by it no longer.")
    .codes(&[Code::NotFound])
}

async fn verify(
    ctx: Ctx,
    request: Request,
    Json(addresses): Json<VerifiedAddresses>,
) -> Result<Reply> {
    let id = request.id("userId")?;
    ctx.retry(async || attempt(&ctx, id, &addresses).await)
        .await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, id: &str, addresses: &VerifiedAddresses) -> Result<Attempt<()>> {
    let profile = ctx.read(Get::<Profile>::id(id)).await?.or_not_found()?;
    let changes = [
        (
            DiscoverableKind::Email,
            Profile::EMAIL,
            text(&addresses.email, Email::as_str),
        ),
        (
            DiscoverableKind::Phone,
            Profile::PHONE,
            text(&addresses.phone, String::as_str),
        ),
    ];
    let mut patch = Patch::<Profile>::new().set(Profile::UPDATED_AT, Timestamp::AT_COMMIT);
    let (mut batch, mut fields) = (Batch::new(), Vec::new());
    for (kind, column, change) in changes {
        let Some(address) = change else { continue };
        patch = patch.set(column, address);
        fields.push(column.key());
        batch = match address {
            Some(address) => verified(ctx, batch, id, kind, address).await?,
            None => unverified(batch, id, kind),
        };
    }
    if fields.is_empty() {
        return Ok(Attempt::Done(()));
    }
    let as_read = Filter::revision(profile.revision);
    let batch = batch.update_if(&profile.id, patch, as_read);
    // The event is the user's, though the operator did it: their devices hear of it.
    let what = json!({"fields": fields});
    let batch = events::append(ctx, batch, "profile.updated", id, Some(id), &what)?;
    let committed = ctx.try_commit(batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}

/// The address that a change sets, or none; nothing of a change that leaves it as it is.
fn text<T>(change: &Change<T>, of: impl Fn(&T) -> &str) -> Option<Option<&str>> {
    match change {
        Change::Keep => None,
        Change::Clear => Some(None),
        Change::Set(address) => Some(Some(of(address))),
    }
}
