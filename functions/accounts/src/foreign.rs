//! `POST /internal/events`: another server has signed somebody up; and what those users get here.
//!
//! Who signs up at Appwrite has no account with us, but conversations, stories and the rest ask for one. They get
//! it when Appwrite tells of it (`users.*.create`), or when they first ask for their profile, whichever is sooner.

use serde_json::{Value, json};
use whisper_kit::auth::is_foreign_id;
use whisper_kit::{Attempt, Auth, Ctx, Endpoint, Error, Method, Reply, Request, Result, reaction};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Account, Document, Profile};
use whisper_store::{Batch, Doc, Filter, Get, Patch, StoreError};

use crate::founding::{Founder, account, documents, profile, taken};
use crate::names;
use crate::rules::profile::display_name;
use crate::trail;

/// Names the condition that the profile is as it was read.
const PROFILE: &str = "profile as read";

/// The endpoint.
pub fn endpoint() -> Endpoint {
    let summary = "Makes account and profile of somebody whom another server has signed up";
    Endpoint::new(
        Method::POST,
        reaction::PATH,
        "userSignedUp",
        summary,
        signed_up,
    )
    .auth(Auth::Private)
}

async fn signed_up(ctx: Ctx, request: Request) -> Result<Reply> {
    if !ctx.is_foreign() {
        return Err(Error::not_found());
    }
    // Whatever else Appwrite tells of a user is its own business, so this body has no fixed fields.
    let user = request.object()?;
    let text = |key: &str| user.get(key).and_then(Value::as_str).unwrap_or_default();
    let id = text("$id");
    if is_foreign_id(id) {
        // A name that can't be shown here is none; they can choose another one.
        let name = display_name(text("name"));
        let made = welcome(&ctx, id, name.clone()).await?;
        if let (false, Some(name)) = (made, name) {
            // They were faster than the news of them, and have a profile without the name that they gave.
            call_by_name(&ctx, id, name).await?;
        }
    }
    Ok(Reply::no_content())
}

/// Makes account and profile of a user of another server, unless they are there. Nothing of those that are there
/// changes. Says whether it made them.
///
/// # Errors
/// The store's.
pub async fn welcome(ctx: &Ctx, id: &str, name: Option<String>) -> Result<bool> {
    let founder = Founder {
        credentials: None,
        username: None,
        display_name: name,
    };
    ctx.retry(async || attempt(ctx, id, &founder).await).await
}

async fn attempt(ctx: &Ctx, id: &str, founder: &Founder) -> Result<Attempt<bool>> {
    let account = account(ctx, id.to_owned(), founder);
    let profile = profile(ctx, &account, founder)?;
    let batch = documents(ctx, &account, &profile);
    let what = json!({"isAnonymous": account.is_anonymous});
    let batch = trail::event(ctx, batch, "account.created", id, &what)?;
    let outcome = ctx.store().await?.commit(batch).await;
    if outcome.as_ref().is_err_and(is_there) {
        return Ok(Attempt::Done(false));
    }
    match outcome.map_err(taken) {
        Ok(_) => Ok(Attempt::Done(true)),
        Err(error) if founder.is_unlucky(&error) => Ok(Attempt::Retry),
        Err(error) => Err(error),
    }
}

/// Gives a profile that its owner hasn't edited yet the name that it lacks.
async fn call_by_name(ctx: &Ctx, id: &str, name: String) -> Result<()> {
    let profile = ctx.read(Get::<Profile>::id(id)).await?;
    let nameless = |profile: &Doc<Profile>| {
        profile.display_name.is_none() && profile.updated_at == profile.created_at
    };
    let Some(profile) = profile.filter(nameless) else {
        return Ok(());
    };
    let as_read = match profile.updated_at {
        Some(at) => Filter::eq(Profile::UPDATED_AT, at),
        None => Filter::is_null(Profile::UPDATED_AT),
    };
    let patch = Patch::new()
        .set(Profile::DISPLAY_NAME, name.as_str())
        .set(Profile::UPDATED_AT, Timestamp::AT_COMMIT);
    let batch = Batch::new().update_if(id, patch, as_read).label(PROFILE);
    let batch = names::show(batch, id, Some(&name));
    match ctx.store().await?.commit(batch).await {
        // Edited meanwhile: they have chosen.
        Err(error) if error.failed_at(PROFILE) => Ok(()),
        done => done.map(drop).map_err(Error::from),
    }
}

fn is_there(error: &StoreError) -> bool {
    error.is_conflict(Account::COLLECTION, "_id") || error.is_conflict(Profile::COLLECTION, "_id")
}
