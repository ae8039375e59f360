//! `GET /v1/me`: the caller's own profile.

use whisper_kit::{Auth, Ctx, Endpoint, Method, OptionExt, Reply, Request, Result};
use whisper_schema::prelude::Profile;
use whisper_store::Get;

use crate::caller::read_as_caller;
use crate::documents::OwnProfile;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/me",
        "getMyProfile",
        "The caller's own profile, whole, with its ETag",
        get,
    )
    .auth(Auth::UserDeferred)
    .reply::<OwnProfile>(200, "The profile.")
}

async fn get(ctx: Ctx, _: Request) -> Result<Reply> {
    let id = ctx.claims()?.sub;
    let (_, profile) = read_as_caller(&ctx, Get::<Profile>::id(id)).await?;
    let profile = profile.or_not_found()?;
    Ok(Reply::ok(&OwnProfile::of(&profile)?)?.etag(profile.revision))
}
