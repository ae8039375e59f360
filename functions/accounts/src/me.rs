//! `GET /v1/me`: the caller's own profile.

use whisper_kit::precondition::etag_of_edit;
use whisper_kit::{Ctx, Endpoint, Method, OptionExt, Reply, Request, Result};
use whisper_schema::prelude::Profile;
use whisper_store::{Doc, Get};

use crate::documents::OwnProfileView;
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
    answer(&mine(&ctx).await?)
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
/// ETag names the last edit, which If-Match is held against, and the revision, which caches go by.
pub fn answer(profile: &Doc<Profile>) -> Result<Reply> {
    let etag = etag_of_edit(edit(profile)?, profile.revision);
    Ok(Reply::ok(&OwnProfileView::of(profile)?)?.header("etag", &etag))
}
