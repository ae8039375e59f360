//! `POST /v1/accounts/anonymous`: an account without e-mail address and password.

use serde::Deserialize;
use whisper_kit::{Code, Ctx, Endpoint, Error, Method, Reply, Request, Result};

use crate::founding::{Founder, count_sign_up, found};
use crate::rules::profile;
use crate::views::NewAccount;

/// The body, which may be absent.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Anonymous {
    /// Name shown in conversations and lists, up to 100 characters.
    display_name: Option<String>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/accounts/anonymous",
        "signUpAnonymously",
        "Makes an account without e-mail address and password, and signs in",
        sign_up,
    )
    .public()
    .own_accounts()
    .optional_body::<Anonymous>()
    .reply::<NewAccount>(201, "The account was made.")
    .codes(&[Code::RateLimited])
}

async fn sign_up(ctx: Ctx, request: Request) -> Result<Reply> {
    let body: Anonymous = request.json_or_default()?;
    let display_name =
        profile::display_name(body.display_name).map_err(|error| Error::fields(vec![error]))?;
    count_sign_up(&ctx, &request).await?;
    let founder = Founder {
        credentials: None,
        username: None,
        display_name,
    };
    let made = found(&ctx, &request, founder).await?;
    Ok(Reply::created(&made)?.location("/v1/me"))
}
