//! `PUT /v1/me/password`: changes the password and signs out everywhere else.

use serde::Deserialize;
use serde_json::json;
use whisper_kit::auth::{hash_password, revoke_all};
use whisper_kit::{
    Code, Ctx, Endpoint, Error, FieldError, Method, OptionExt, Reply, Request, Result, Rule,
};
use whisper_schema::Timestamp;
use whisper_schema::prelude::Account;
use whisper_store::{Batch, Filter, Get, Patch};

use crate::attempts::{Attempts, REFUND};
use crate::rules::credentials::{self, PASSWORD_MAX};
use crate::sign_in::{verify, wrong};
use crate::trail;

/// Label of the operation that changes the account.
const ACCOUNT: &str = "password as verified";

/// The body.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangePassword {
    /// The password as it is; wrong ones are slowed down as at sign-in.
    current_password: String,
    /// 8 to 128 characters of any kind.
    new_password: String,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PUT,
        "/v1/me/password",
        "changePassword",
        "Changes the password and ends all other sessions",
        change,
    )
    .own_accounts()
    .body::<ChangePassword>()
    .reply_empty(204, "The password was changed.")
    .codes(&[Code::InvalidCredentials, Code::Forbidden, Code::RateLimited])
}

async fn change(ctx: Ctx, request: Request) -> Result<Reply> {
    let caller = ctx.caller()?;
    let id = caller.user_id.clone();
    let account = ctx.read(Get::<Account>::id(id.as_str())).await?;
    let email = account.or_not_found()?.into_inner().email;
    let body = request.json_checked(|body| check(body, email.as_deref()))?;
    let email = email.ok_or_else(anonymous)?;
    // Whoever has got hold of a token must not be able to try passwords faster than anybody else.
    let attempts = Attempts::new(&email, &request);
    let mut counted = attempts.count(&ctx).await?;
    let account = verify(counted.account.take(), &body.current_password)?;
    let patch = Patch::new()
        .set(Account::PASSWORD_HASH, hash_password(&body.new_password)?)
        .set(Account::PASSWORD_CHANGED_AT, Timestamp::AT_COMMIT)
        .set(Account::UPDATED_AT, Timestamp::AT_COMMIT);
    let verified = Filter::eq(Account::PASSWORD_HASH, account.password_hash.clone());
    let batch = Batch::new().update_if(&id, patch, verified).label(ACCOUNT);
    let batch = revoke_all(batch, &id, Some(&caller.session_id));
    let batch = trail::event(&ctx, batch, "account.password_changed", &id, &json!({}))?;
    let batch = attempts.forget(batch);
    let refunded = attempts.refund(batch.clone(), &counted, ctx.now());
    let mut done = ctx.store().await?.commit(refunded).await;
    if done.as_ref().is_err_and(|error| error.failed_at(REFUND)) {
        done = ctx.store().await?.commit(batch).await;
    }
    match done {
        Ok(_) => Ok(Reply::no_content()),
        // Somebody changed it in between, so what was verified is the current password no more.
        Err(error) if error.failed_at(ACCOUNT) => Err(wrong()),
        Err(error) => Err(error.into()),
    }
}

fn check(body: ChangePassword, email: Option<&str>) -> Result<ChangePassword> {
    let mut errors = Vec::new();
    if body.current_password.chars().count() > PASSWORD_MAX {
        let detail = format!("has at most {PASSWORD_MAX} characters");
        errors.push(FieldError::new("currentPassword", Rule::Size, detail));
    }
    errors.extend(credentials::password("newPassword", &body.new_password, email).err());
    if errors.is_empty() {
        Ok(body)
    } else {
        Err(Error::fields(errors))
    }
}

fn anonymous() -> Error {
    Error::forbidden(
        "This account has no password yet. Add an e-mail address and a password first.",
    )
}
