//! `POST /v1/accounts`: signs up with e-mail address and password.

use whisper_kit::auth::hash_password;
use whisper_kit::{Code, Ctx, Endpoint, Json, Method, Reply, Request, Result};
use whisper_people::username::Username;
use whisper_schema::body::Fields;
use whisper_schema::body::forms::LINE;
use whisper_schema::prelude::Profile;
use whisper_schema::{Body, Rule};

use crate::founding::{Founder, count_sign_up, found};
use crate::rules::email::Email;
use crate::rules::password::NewPassword;
use crate::views::SignedInView;

/// A new account.
#[derive(Clone, Debug, Body)]
#[body(check = SignUp::check)]
#[body(
    example = r#"{"email": "alice@example.com", "password": "correct horse battery", "username": "alice", "displayName": "Alice"}"#
)]
pub struct SignUp {
    /// Address to sign in with; upper and lower case don't matter.
    email: Email,
    /// 8 to 128 characters of any kind.
    password: NewPassword,
    /// 3 to 30 of `a` to `z`, digits, `_` and `.`; made up when absent.
    username: Option<Username>,
    /// Name shown in conversations and lists.
    #[field(of = Profile, is = LINE)]
    display_name: Option<String>,
}

impl SignUp {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        if self.password.is_email(self.email.as_str()) {
            fields.refuse("password", Rule::Common, "must not be the e-mail address");
        }
    }
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
    .answers(&["location"])
    .reply::<SignedInView>(201, "The account was made.")
    .codes(&[Code::EmailTaken, Code::UsernameTaken, Code::RateLimited])
}

async fn sign_up(ctx: Ctx, request: Request, Json(body): Json<SignUp>) -> Result<Reply> {
    count_sign_up(&ctx, &request).await?;
    let hash = hash_password(&ctx, body.password.reveal()).await?;
    let founder = Founder {
        credentials: Some((body.email.into_string(), hash)),
        username: body.username.map(Username::into_string),
        display_name: body.display_name,
    };
    let made = found(&ctx, &request, founder).await?;
    Ok(Reply::created(&made)?.location("/v1/me"))
}
