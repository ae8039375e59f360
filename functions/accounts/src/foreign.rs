//! `POST /internal/events`: another server has signed somebody up; and their profiles here.
//!
//! A user who signs up at Appwrite has no account here, but conversations, stories and the rest ask for one. It is made
//! when Appwrite tells of the user (`users.*.create`), or when they first ask for their profile, the sooner of the two.

use serde_json::{Value, json};
use whisper_kit::auth::is_foreign_id;
use whisper_kit::{Attempt, Auth, Ctx, Endpoint, Error, Method, Reply, Request, Result, reaction};
use whisper_people::username::is_made_up;
use whisper_people::{documents, names, taken};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Account, Document, Profile};
use whisper_store::{Batch, Filter, Get, Patch, StoreError};

use crate::edit::edit;
use crate::founding::{Founder, account, profile};
use crate::rules::profile::display_name;
use crate::trail;

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
    // Appwrite's other fields of a user are its own business, so this body has no fixed fields.
    let user = request.object()?;
    let text = |key: &str| user.get(key).and_then(Value::as_str).unwrap_or_default();
    let id = text("$id");
    if is_foreign_id(id) {
        // A name that can't be shown here is none; they can choose another one.
        let name = display_name(text("name"));
        let made = welcome(&ctx, id, name.clone()).await?;
        if let (false, Some(name)) = (made, name) {
            // Their first request came before this event and made the profile, without the name that they gave.
            ctx.retry(async || call_by_name(&ctx, id, &name).await)
                .await?;
        }
    }
    Ok(Reply::no_content())
}

/// Makes account and profile of a user of another server, unless they are there. Profiles that are there
/// don't change. Says whether it made them.
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
    let account = account(id.to_owned(), founder);
    let profile = profile(&account, founder)?;
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
async fn call_by_name(ctx: &Ctx, id: &str, name: &str) -> Result<Attempt<()>> {
    let Some(profile) = ctx.read(Get::<Profile>::id(id)).await? else {
        return Ok(Attempt::Done(()));
    };
    if is_edited(&profile)? {
        return Ok(Attempt::Done(()));
    }
    let patch = Patch::new()
        .set(Profile::DISPLAY_NAME, name)
        .set(Profile::UPDATED_AT, Timestamp::AT_COMMIT);
    let batch = Batch::new().update_if(id, patch, Filter::revision(profile.revision));
    let committed = ctx.try_commit(names::show(batch, id, Some(name))).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}

/// Whether a profile has anything else than it was made with by [`welcome`] without a name.
fn is_edited(profile: &Profile) -> Result<bool> {
    let untouched = Profile {
        username: profile.username.clone(),
        ..Profile::default()
    };
    let is_renamed = !profile.username.as_deref().is_some_and(is_made_up);
    Ok(is_renamed || edit(profile)? != edit(&untouched)?)
}

fn is_there(error: &StoreError) -> bool {
    error.is_conflict(Account::COLLECTION, "_id") || error.is_conflict(Profile::COLLECTION, "_id")
}
