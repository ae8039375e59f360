//! `POST /v1/me/email`: gives an anonymous account an e-mail address and a password.

use serde::Deserialize;
use serde_json::json;
use whisper_kit::auth::hash_password;
use whisper_kit::{
    Code, Ctx, Endpoint, Error, FieldError, Method, OptionExt, Reply, Request, Result,
};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Account, Profile};
use whisper_store::{Batch, Filter, Get, Patch};

use crate::attempts::Attempts;
use crate::founding::{count_sign_up, taken};
use crate::rules::credentials;
use crate::trail;
use crate::views::AccountView;

/// Label of the operation that changes the account.
const ANONYMOUS: &str = "anonymous account";

/// The body.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddEmail {
    /// Address to sign in with; upper and lower case don't matter.
    email: String,
    /// 8 to 128 characters of any kind.
    password: String,
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
    .body::<AddEmail>()
    .reply::<AccountView>(200, "The account, no longer anonymous.")
    .codes(&[Code::AlreadyRegistered, Code::EmailTaken, Code::RateLimited])
}

async fn add(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = ctx.caller()?.user_id;
    let account = ctx.read(Get::<Account>::id(id.as_str())).await?;
    let mut account = account.or_not_found()?.into_inner();
    let (email, password) = request.json_checked(check)?;
    if !account.is_anonymous {
        return Err(registered());
    }
    count_sign_up(&ctx, &request).await?;
    let hash = hash_password(&password)?;
    let patch = Patch::new()
        .set(Account::EMAIL, email.as_str())
        .set(Account::PASSWORD_HASH, hash)
        .set(Account::IS_ANONYMOUS, false)
        .set(Account::PASSWORD_CHANGED_AT, Timestamp::AT_COMMIT)
        .set(Account::UPDATED_AT, Timestamp::AT_COMMIT);
    let still = Filter::eq(Account::IS_ANONYMOUS, true);
    let shown = Patch::new()
        .set(Profile::EMAIL, email.as_str())
        .set(Profile::UPDATED_AT, Timestamp::AT_COMMIT);
    let batch = Batch::new()
        .update_if(&id, patch, still)
        .label(ANONYMOUS)
        .update(&id, shown);
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

fn check(body: AddEmail) -> Result<(String, String)> {
    let email = credentials::email("email", &body.email);
    let stored = email.as_deref().ok();
    match (
        credentials::password("password", &body.password, stored),
        email,
    ) {
        (Ok(()), Ok(email)) => Ok((email, body.password)),
        (password, email) => {
            let found = [email.err(), password.err()];
            Err(Error::fields(
                found.into_iter().flatten().collect::<Vec<FieldError>>(),
            ))
        }
    }
}

fn registered() -> Error {
    Error::new(
        Code::AlreadyRegistered,
        "This account has an e-mail address and a password already.",
    )
}
