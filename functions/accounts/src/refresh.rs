//! `POST /v1/sessions/refresh`: a new pair of tokens for a refresh token, once.

use serde::Deserialize;
use whisper_kit::auth::rotate;
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};

use crate::views::Tokens;

/// The body.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Refresh {
    /// The refresh token that came with the access token, unused so far.
    refresh_token: String,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/sessions/refresh",
        "refreshSession",
        "Exchanges a refresh token for a new pair; using one twice revokes its session",
        refresh,
    )
    .public()
    .own_accounts()
    .body::<Refresh>()
    .reply::<Tokens>(200, "The new pair.")
    .codes(&[
        Code::TokenInvalid,
        Code::SessionRevoked,
        Code::RefreshTokenReused,
    ])
}

async fn refresh(ctx: Ctx, request: Request) -> Result<Reply> {
    let body: Refresh = request.json()?;
    let issued = rotate(&ctx, &body.refresh_token).await?;
    Reply::ok(&Tokens::from(issued))
}
