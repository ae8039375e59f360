//! `GET /v1/sessions`: the devices that are signed in to the caller's account.

use whisper_kit::page::Listing;
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::prelude::Session;
use whisper_store::{Filter, Order, Query};

use crate::views::SessionView;

/// More than an account may have, so that the list is never cut.
const MOST: u32 = 100;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/sessions",
        "listSessions",
        "Lists the caller's sessions, the most recently used first; there are at most 10",
        list,
    )
    .own_accounts()
    .reply::<Listing<SessionView>>(200, "All sessions.")
}

async fn list(ctx: Ctx, _: Request) -> Result<Reply> {
    let caller = ctx.caller()?;
    let theirs = Query::<Session>::new()
        .filter(Filter::eq(Session::USER_ID, caller.user_id))
        .filter(Filter::gt(Session::EXPIRES_AT, ctx.now()))
        .order(Order::desc(Session::LAST_USED_AT))
        .limit(MOST);
    let sessions = ctx.read(theirs).await?;
    let items = sessions
        .iter()
        .map(|session| SessionView::new(session, &caller.session_id))
        .collect();
    Reply::ok(&Listing {
        items,
        next: None,
        previous: None,
    })
}
