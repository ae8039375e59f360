//! `GET /v1/me/account`: the account that the caller signs in with.

use whisper_kit::{Ctx, Endpoint, Method, OptionExt, Reply, Request, Result};
use whisper_schema::prelude::Account;
use whisper_store::Get;

use crate::views::AccountView;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/me/account",
        "getMyAccount",
        "The account that the caller signs in with",
        get,
    )
    .own_accounts()
    .reply::<AccountView>(200, "The account.")
}

async fn get(ctx: Ctx, _: Request) -> Result<Reply> {
    let id = ctx.caller()?.user_id;
    let account = ctx.read(Get::<Account>::id(id)).await?;
    Reply::ok(&AccountView::from(&account.or_not_found()?.value))
}
