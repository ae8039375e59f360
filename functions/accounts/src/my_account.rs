//! `GET /v1/me/account`: what the caller signs in with.

use whisper_kit::{Auth, Ctx, Endpoint, Method, OptionExt, Reply, Request, Result};
use whisper_schema::prelude::Account;
use whisper_store::Get;

use crate::caller::read_as_caller;
use crate::views::AccountView;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/me/account",
        "getMyAccount",
        "What the caller signs in with",
        get,
    )
    .auth(Auth::UserDeferred)
    .own_accounts()
    .reply::<AccountView>(200, "The account.")
}

async fn get(ctx: Ctx, _: Request) -> Result<Reply> {
    let id = ctx.claims()?.sub;
    let (_, account) = read_as_caller(&ctx, Get::<Account>::id(id)).await?;
    Reply::ok(&AccountView::from(&account.or_not_found()?.value))
}
