//! `PUT /v1/me/password`: changes the password and signs out everywhere else.

use serde_json::json;
use whisper_kit::auth::{hash_password, revoke_all};
use whisper_kit::{
    Attempt, Code, Ctx, Endpoint, Error, Json, Method, OptionExt, Reply, Request, Result,
};
use whisper_schema::prelude::Account;
use whisper_schema::{Body, Rule, Timestamp};
use whisper_store::{Batch, Filter, Get, Patch};

use crate::attempts::{Attempts, REFUND};
use crate::rules::password::{GivenPassword, NewPassword};
use crate::sign_in::{verify, wrong};
use crate::trail;

/// Label of the operation that changes the account.
const ACCOUNT: &str = "password as verified";

/// A new password in the place of the present one.
#[derive(Clone, Debug, Body)]
#[body(
    example = r#"{"currentPassword": "correct horse battery", "newPassword": "quite another phrase"}"#
)]
pub struct ChangePassword {
    /// The password as it is; wrong ones are slowed down as at sign-in.
    current_password: GivenPassword,
    /// 8 to 128 characters of any kind.
    new_password: NewPassword,
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
    .reply_empty(204, "The password was changed.")
    .codes(&[Code::InvalidCredentials, Code::Forbidden, Code::RateLimited])
}

async fn change(ctx: Ctx, request: Request, Json(body): Json<ChangePassword>) -> Result<Reply> {
    let caller = ctx.caller()?;
    let id = caller.user_id.clone();
    let account = ctx.read(Get::<Account>::id(id.as_str())).await?;
    let email = account
        .or_not_found()?
        .into_inner()
        .email
        .ok_or_else(anonymous)?;
    if body.new_password.is_email(&email) {
        let detail = "must not be the e-mail address";
        return Err(Error::field("newPassword", Rule::Common, detail));
    }
    // Attempts count as those at sign-in do: a stolen token must not make guessing faster.
    let attempts = Attempts::new(&email, &request);
    let mut counted = attempts.count(&ctx).await?;
    let found = counted.account.take();
    let account = verify(&ctx, found, &body.current_password).await?.account;
    let hash = hash_password(&ctx, body.new_password.reveal()).await?;
    let patch = Patch::new()
        .set(Account::PASSWORD_HASH, hash)
        .set(Account::PASSWORD_CHANGED_AT, Timestamp::AT_COMMIT)
        .set(Account::UPDATED_AT, Timestamp::AT_COMMIT);
    let verified = Filter::eq(Account::PASSWORD_HASH, account.password_hash.clone());
    let batch = Batch::new().update_if(&id, patch, verified).label(ACCOUNT);
    let batch = revoke_all(batch, &id, Some(&caller.session_id));
    let batch = trail::event(&ctx, batch, "account.password_changed", &id, &json!({}))?;
    let batch = attempts.forget(batch);
    let mut refunds = true;
    ctx.retry(async || {
        let batch = match refunds {
            true => attempts.refund(batch.clone(), &counted, ctx.clock()),
            false => batch.clone(),
        };
        match ctx.store().await?.commit(batch).await {
            // Somebody changed it in between, so the password that was verified isn't the current one any more.
            Err(error) if error.failed_at(ACCOUNT) => Err(wrong()),
            Err(error) if error.failed_at(REFUND) => {
                refunds = false;
                Ok(Attempt::Retry)
            }
            done => done.map(Attempt::Done).map_err(Error::from),
        }
    })
    .await?;
    Ok(Reply::no_content())
}

fn anonymous() -> Error {
    Error::forbidden(
        "This account has no password yet. Add an e-mail address and a password first.",
    )
}
