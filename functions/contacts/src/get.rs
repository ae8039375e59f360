//! `GET /v1/contacts/{userId}`: one contact.

use whisper_kit::{Ctx, Endpoint, Method, OptionExt, Reply, Request, Result};
use whisper_people::shown_to;

use crate::direct::Direct;
use crate::side::side;
use crate::view::ContactView;

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
    let direct = Direct::of(&ctx, &me, [other]).await?;
    let read = (
        shown_to(&me, [other]),
        side(&me, other),
        direct.conversations(),
    );
    let (people, side, talks) = ctx.read(read).await?;
    let contact = side.kept().or_not_found()?.value.clone();
    let latest = direct.latest(&talks).get(other).copied();
    Reply::ok(&ContactView::new(contact, &people, latest))
}
