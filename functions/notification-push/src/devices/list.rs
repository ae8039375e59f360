//! `GET /v1/push/subscriptions`

use whisper_kit::page::Listing;
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};

use super::standing::{by_session, of, sessions_of};
use super::view::PushSubscriptionView;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        super::PATH,
        "listPushSubscriptions",
        "Lists the caller's devices that get pushes.",
        list,
    )
    .reply::<Listing<PushSubscriptionView>>(200, "All of them")
}

/// Shows all of the caller's devices, the first one first: there are few.
async fn list(ctx: Ctx, _: Request) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let asked = (of(&user, ctx.now()), sessions_of(&user, ctx.now()));
    let (found, sessions) = ctx.read(asked).await?;
    let (standing, _) = by_session(found, &sessions);
    Reply::ok(&Listing {
        items: standing
            .into_iter()
            .map(PushSubscriptionView::from)
            .collect(),
        next: None,
        previous: None,
    })
}
