//! `POST /v1/accounts`: signs up with e-mail address and password.

use serde::Deserialize;
use whisper_kit::auth::hash_password;
use whisper_kit::{Code, Ctx, Endpoint, Error, FieldError, Method, Reply, Request, Result};

use crate::founding::{Founder, count_sign_up, found};
use crate::rules::{credentials, profile};
use crate::views::NewAccount;

/// The body.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignUp {
    /// Address to sign in with; upper and lower case don't matter.
    email: String,
    /// 8 to 128 characters of any kind.
    password: String,
    /// 3 to 30 of `a` to `z`, digits, `_` and `.`; made up when absent.
    username: Option<String>,
    /// Name shown in conversations and lists, up to 100 characters.
    display_name: Option<String>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/accounts",
        "signUp",
        "Signs up with e-mail address and password, and signs in",
        sign_up,
    )
    .public()
    .own_accounts()
    .body::<SignUp>()
    .reply::<NewAccount>(201, "The account was made.")
    .codes(&[Code::EmailTaken, Code::UsernameTaken, Code::RateLimited])
}

async fn sign_up(ctx: Ctx, request: Request) -> Result<Reply> {
    let (email, password, founder) = request.json_checked(check)?;
    count_sign_up(&ctx, &request).await?;
    let credentials = Some((email, hash_password(&password)?));
    let made = found(
        &ctx,
        &request,
        Founder {
            credentials,
            ..founder
        },
    )
    .await?;
    Ok(Reply::created(&made)?.location("/v1/me"))
}

/// Everything that is wrong at once; else the stored address, the password, and the rest.
fn check(body: SignUp) -> Result<(String, String, Founder)> {
    let email = credentials::email("email", &body.email);
    let stored = email.as_deref().ok();
    let password = credentials::password("password", &body.password, stored);
    let username = body
        .username
        .map(|name| credentials::username("username", &name))
        .transpose();
    let display_name = profile::display_name(body.display_name);
    match (email, password, username, display_name) {
        (Ok(email), Ok(()), Ok(username), Ok(display_name)) => Ok((
            email,
            body.password,
            Founder {
                credentials: None,
                username,
                display_name,
            },
        )),
        (email, password, username, display_name) => {
            let found = [
                email.err(),
                password.err(),
                username.err(),
                display_name.err(),
            ];
            Err(Error::fields(
                found.into_iter().flatten().collect::<Vec<FieldError>>(),
            ))
        }
    }
}
