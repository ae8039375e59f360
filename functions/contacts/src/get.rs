//! `GET /v1/contacts/{userId}`: one contact.

use whisper_kit::{Ctx, Endpoint, Method, OptionExt, Reply, Request, Result};
use whisper_people::{ContactView, contacts_of};

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        crate::CONTACT,
        "getContact",
        "One of the caller's contacts.",
        get,
    )
    .reply::<ContactView>(200, "The contact.")
}

async fn get(ctx: Ctx, request: Request) -> Result<Reply> {
    let (me, other) = (ctx.caller()?.user_id, request.id("userId")?);
    let found = contacts_of(&ctx, &me, &[other]).await?;
    Reply::ok(&found.into_iter().next().or_not_found()?)
}
