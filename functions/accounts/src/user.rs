//! `GET /v1/users/{username}`: somebody's profile, as far as they show it to the caller.

use whisper_kit::{Auth, Code, Ctx, Endpoint, Error, Method, OptionExt, Reply, Request, Result};
use whisper_schema::prelude::{Account, AccountStatus, Contact, Follow, Profile};
use whisper_store::{Filter, Get, Query};

use crate::caller::read_as_caller;
use crate::documents::OthersProfile;
use crate::rules::credentials;
use crate::rules::privacy::Viewer;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/users/{username}",
        "getUser",
        "Somebody's profile by user name, with their privacy settings applied",
        get,
    )
    .auth(Auth::UserDeferred)
    .reply::<OthersProfile>(200, "What the caller may see of the profile.")
    .codes(&[Code::NotFound])
}

async fn get(ctx: Ctx, request: Request) -> Result<Reply> {
    // What can't be a user name is asked for as well: whoever isn't signed in must hear of that first.
    let username =
        credentials::username("username", request.param("username")?).unwrap_or_default();
    let named = Query::<Profile>::new()
        .filter(Filter::eq(Profile::USERNAME, username))
        .first();
    let (caller, profile) = read_as_caller(&ctx, named).await?;
    let profile = profile.or_not_found()?;
    let (me, other) = (caller.user_id.as_str(), profile.id.as_str());
    let question = (
        Get::<Account>::id(other),
        contacts(me, other),
        follows(me, other),
    );
    let (account, contacts, follows) = ctx.store()?.read(question).await?;
    let viewer = Viewer::of(
        me,
        other,
        contacts.iter().map(|contact| &contact.value),
        follows.iter().map(|follow| &follow.value),
    );
    let in_use = account.is_some_and(|account| account.status == AccountStatus::Active);
    if viewer == Viewer::Blocked || !in_use {
        return Err(Error::not_found());
    }
    Reply::ok(&OthersProfile::of(&profile, viewer)?)
}

/// What either keeps about the other.
fn contacts(one: &str, other: &str) -> Query<Contact> {
    let of = |user: &str, about: &str| {
        Filter::and([
            Filter::eq(Contact::USER_ID, user),
            Filter::eq(Contact::CONTACT_USER_ID, about),
        ])
    };
    Query::new()
        .filter(Filter::or([of(one, other), of(other, one)]))
        .limit(2)
}

/// Whether either follows the other.
fn follows(one: &str, other: &str) -> Query<Follow> {
    Query::new()
        .filter(Filter::or([following(one, other), following(other, one)]))
        .limit(2)
}

/// That one follows the other.
pub fn following(follower: &str, followed: &str) -> Filter<Follow> {
    Filter::and([
        Filter::eq(Follow::FOLLOWER_ID, follower),
        Filter::eq(Follow::FOLLOWING_ID, followed),
    ])
}
