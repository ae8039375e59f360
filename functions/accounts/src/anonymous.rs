//! `POST /v1/accounts/anonymous`: an account without e-mail address and password.

use whisper_kit::{Code, Ctx, Endpoint, Method, OptionalJson, Reply, Request, Result};
use whisper_schema::Body;
use whisper_schema::body::forms::LINE;
use whisper_schema::prelude::Profile;

use crate::founding::{Founder, count_sign_up, found};
use crate::views::SignedInView;

/// The fields that a new anonymous account starts with.
#[derive(Clone, Debug, Default, Body)]
#[body(of = Profile, example = r#"{"displayName": "Guest"}"#)]
pub struct Anonymous {
    /// Name shown in conversations and lists.
    #[field(is = LINE)]
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
    .answers(&["location"])
    .reply::<SignedInView>(201, "The account was made.")
    .codes(&[Code::RateLimited])
}

async fn sign_up(
    ctx: Ctx,
    request: Request,
    OptionalJson(body): OptionalJson<Anonymous>,
) -> Result<Reply> {
    count_sign_up(&ctx, &request).await?;
    let founder = Founder {
        credentials: None,
        username: None,
        display_name: body.display_name,
    };
    let made = found(&ctx, &request, founder).await?;
    Ok(Reply::created(&made)?.location("/v1/me"))
}
