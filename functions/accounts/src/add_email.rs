//! `POST /v1/me/email`: gives an anonymous account an e-mail address and a password.

use serde_json::json;
use whisper_kit::auth::hash_password;
use whisper_kit::{Code, Ctx, Endpoint, Error, Json, Method, OptionExt, Reply, Request, Result};
use whisper_people::taken;
use whisper_schema::body::Fields;
use whisper_schema::prelude::Account;
use whisper_schema::{Body, Rule, Timestamp};
use whisper_store::{Batch, Filter, Get, Patch};

use crate::attempts::Attempts;
use crate::founding::count_sign_up;
use crate::rules::email::Email;
use crate::rules::password::NewPassword;
use crate::trail;
use crate::views::AccountView;

/// Label of the operation that changes the account.
const ANONYMOUS: &str = "anonymous account";

/// The address and password that an anonymous account is to be signed in to with.
#[derive(Clone, Debug, Body)]
#[body(check = AddEmail::check)]
#[body(example = r#"{"email": "alice@example.com", "password": "correct horse battery"}"#)]
pub struct AddEmail {
    /// Address to sign in with; upper and lower case don't matter.
    email: Email,
    /// 8 to 128 characters of any kind.
    password: NewPassword,
}

impl AddEmail {
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
        "/v1/me/email",
        "addEmail",
        "Gives the caller's anonymous account an e-mail address and a password; everything else stays",
        add,
    )
    .own_accounts()
    .reply::<AccountView>(200, "The account, no longer anonymous.")
    .codes(&[Code::AlreadyRegistered, Code::EmailTaken, Code::RateLimited])
}

async fn add(ctx: Ctx, request: Request, Json(body): Json<AddEmail>) -> Result<Reply> {
    let id = ctx.caller()?.user_id;
    let account = ctx.read(Get::<Account>::id(id.as_str())).await?;
    let mut account = account.or_not_found()?.into_inner();
    if !account.is_anonymous {
        return Err(registered());
    }
    count_sign_up(&ctx, &request).await?;
    let email = body.email.into_string();
    let hash = hash_password(&ctx, body.password.reveal()).await?;
    let patch = Patch::new()
        .set(Account::EMAIL, email.as_str())
        .set(Account::PASSWORD_HASH, hash)
        .set(Account::IS_ANONYMOUS, false)
        .set(Account::PASSWORD_CHANGED_AT, Timestamp::AT_COMMIT)
        .set(Account::UPDATED_AT, Timestamp::AT_COMMIT);
    let still = Filter::eq(Account::IS_ANONYMOUS, true);
    let batch = Batch::new().update_if(&id, patch, still).label(ANONYMOUS);
    let batch = Attempts::new(&email, &request).remember_address(batch, ctx.now());
    let batch = trail::event(&ctx, batch, "account.registered", &id, &json!({}))?;
    let committed = ctx.store().await?.commit(batch).await.map_err(|error| {
        match error.failed_at(ANONYMOUS) {
            true => registered(),
            false => taken(error),
        }
    })?;
    account.email = Some(email);
    account.is_anonymous = false;
    account.password_changed_at = Some(committed.at);
    Reply::ok(&AccountView::from(&account))
}

fn registered() -> Error {
    Error::new(
        Code::AlreadyRegistered,
        "This account has an e-mail address and a password already.",
    )
}
