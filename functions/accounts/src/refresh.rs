//! `POST /v1/sessions/refresh`: a new pair of tokens for a refresh token.

use whisper_kit::auth::rotate;
use whisper_kit::log::Secret;
use whisper_kit::{Code, Ctx, Endpoint, Json, Method, Reply, Request, Result};
use whisper_schema::Body;

use crate::views::TokensView;

/// Most characters of a refresh token, far above what ours have.
const TOKEN_MAX: usize = 1024;

/// The session that goes on, by its refresh token.
#[derive(Clone, Debug, Body)]
#[body(example = r#"{"refreshToken": "wrt_0190c1d2e3f4_NqLr5mTzY8sJ"}"#)]
pub struct Refresh {
    /// The refresh token that came with the access token.
    #[field(size = 0..=TOKEN_MAX)]
    refresh_token: Secret<String>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/sessions/refresh",
        "refreshSession",
        "Exchanges a refresh token for a new pair. Asked again within a minute, because the answer got lost or another tab \
         asks too, it gives the same refresh token; later, using a token twice ends its session",
        refresh,
    )
    .public()
    .own_accounts()
    .reply::<TokensView>(200, "The new pair.")
    .codes(&[
        Code::TokenInvalid,
        Code::SessionRevoked,
        Code::RefreshTokenReused,
    ])
}

async fn refresh(ctx: Ctx, _: Request, Json(body): Json<Refresh>) -> Result<Reply> {
    let issued = rotate(&ctx, body.refresh_token.reveal()).await?;
    Reply::ok(&TokensView::from(issued))
}
