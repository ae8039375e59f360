//! `GET /v1/me`: the caller's own profile.

use whisper_kit::precondition::tagged;
use whisper_kit::{Ctx, Endpoint, Method, OptionExt, Reply, Request, Result};
use whisper_schema::prelude::Profile;
use whisper_store::{Doc, Get};

use crate::documents::{OwnProfileView, Pictures};
use crate::edit::edit;
use crate::foreign;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/me",
        "getMyProfile",
        "The caller's own profile, whole, with its ETag",
        get,
    )
    .for_bots()
    .answers(&["etag"])
    .reply::<OwnProfileView>(200, "The profile.")
}

async fn get(ctx: Ctx, _: Request) -> Result<Reply> {
    let profile = mine(&ctx).await?;
    answer(&ctx, &profile).await
}

/// The caller's profile. A user of another server gets one at first use.
///
/// # Errors
/// 401 when the session has ended; `not_found` when there is none.
pub async fn mine(ctx: &Ctx) -> Result<Doc<Profile>> {
    let id = ctx.caller()?.user_id;
    let question = || Get::<Profile>::id(id.as_str());
    let profile = ctx.read(question()).await?;
    if profile.is_some() || !ctx.is_foreign() {
        return profile.or_not_found();
    }
    foreign::welcome(ctx, &id, None).await?;
    ctx.read(question()).await?.or_not_found()
}

/// The profile with its ETag. Experience points change it too, and must not make an edit fail: so the
/// ETag names the last edit, which If-Match is held against, and the whole answer, which caches go by: its addresses of files end.
///
/// # Errors
/// The store's; a fault when it can't be written as JSON.
pub async fn answer(ctx: &Ctx, profile: &Profile) -> Result<Reply> {
    let pictures = Pictures::read(ctx, &profile.id, profile).await?;
    let reply = Reply::ok(&OwnProfileView::of(profile, &pictures)?)?;
    Ok(tagged(reply, edit(profile)?))
}
