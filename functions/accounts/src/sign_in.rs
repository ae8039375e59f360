//! `POST /v1/sessions`: signs in with e-mail address and password.

use serde::Deserialize;
use whisper_kit::auth::{
    Issued, hash_password, issue, needs_rehash, verify_nobody, verify_password,
};
use whisper_kit::{Code, Ctx, Endpoint, Error, FieldError, Method, Reply, Request, Result, Rule};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Account, AccountStatus};
use whisper_store::{Batch, Doc, Filter, Patch, StoreError};

use crate::attempts::{Attempts, Counted, REFUND};
use crate::rules::credentials::{EMAIL_MAX, PASSWORD_MAX, normal_email};
use crate::rules::profile;
use crate::trail;
use crate::views::{AccountView, SignedIn};

/// How often the commit is tried when the account changes in the meantime.
const TRIES: usize = 10;
/// Label of the operation that touches the account.
const ACCOUNT: &str = "account as read";

/// The body.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignIn {
    /// Address that was signed up with; upper and lower case don't matter.
    email: String,
    /// The password.
    password: String,
    /// Name of the device for the list of sessions, up to 100 characters.
    device: Option<String>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/sessions",
        "signIn",
        "Signs in with e-mail address and password; of more than 10 sessions the least recently used goes",
        sign_in,
    )
    .public()
    .own_accounts()
    .body::<SignIn>()
    .reply::<SignedIn>(201, "Signed in.")
    .codes(&[Code::InvalidCredentials, Code::RateLimited])
}

async fn sign_in(ctx: Ctx, request: Request) -> Result<Reply> {
    let body = request.json_checked(check)?;
    let attempts = Attempts::new(&normal_email(&body.email), &request);
    let mut counted = attempts.count(&ctx).await?;
    let found = counted.account.take();
    let account = verify(found, &body.password)?;
    let signing_in = SigningIn {
        ctx: &ctx,
        request: &request,
        body: &body,
        attempts,
        counted,
    };
    let (account, issued) = signing_in.commit(account).await?;
    let reply = SignedIn {
        account: AccountView::from(&account),
        tokens: issued.into(),
    };
    Reply::created(&reply)
}

/// Only what is wrong whatever the account is: no rule for new passwords may tell anything here.
fn check(body: SignIn) -> Result<SignIn> {
    let long = |field: &str, text: &str, most: usize| {
        let detail = || format!("has at most {most} characters");
        (text.chars().count() > most).then(|| FieldError::new(field, Rule::Size, detail()))
    };
    let device = body
        .device
        .as_deref()
        .and_then(|name| profile::name("device", name));
    let found = [
        long("email", &body.email, EMAIL_MAX),
        long("password", &body.password, PASSWORD_MAX),
        device,
    ];
    let errors: Vec<FieldError> = found.into_iter().flatten().collect();
    if errors.is_empty() {
        Ok(body)
    } else {
        Err(Error::fields(errors))
    }
}

/// Looks at the password. An account that isn't there, or has none, takes the same work.
///
/// # Errors
/// [`Code::InvalidCredentials`].
pub fn verify(account: Option<Doc<Account>>, password: &str) -> Result<Doc<Account>> {
    let usable = account.filter(|account| account.status == AccountStatus::Active);
    let right = match usable
        .as_ref()
        .and_then(|account| account.password_hash.as_deref())
    {
        Some(stored) => verify_password(password, stored)?,
        None => verify_nobody(password)?,
    };
    usable.filter(|_| right).ok_or_else(wrong)
}

/// The one refusal, whatever is wrong.
pub fn wrong() -> Error {
    Error::new(
        Code::InvalidCredentials,
        "The e-mail address or the password is wrong.",
    )
}

struct SigningIn<'a> {
    ctx: &'a Ctx,
    request: &'a Request,
    body: &'a SignIn,
    attempts: Attempts,
    counted: Counted,
}

impl SigningIn<'_> {
    /// Makes the session. Each commit changes the account as it was read, so that of several at once
    /// each sees the sessions of those before, and none slips past a change of the password.
    async fn commit(&self, mut account: Doc<Account>) -> Result<(Account, Issued)> {
        let (store, verified) = (self.ctx.store().await?, account.password_hash.clone());
        let hash = self.better_hash(&account)?;
        let mut refund = true;
        for _ in 0..TRIES {
            let (batch, issued) = self.batch(&account, hash.as_deref(), refund).await?;
            match store.commit(batch).await {
                Ok(committed) => {
                    account.value.last_sign_in_at = Some(committed.at);
                    return Ok((account.into_inner(), issued));
                }
                Err(error) if error.failed_at(REFUND) => refund = false,
                Err(error) if error.failed_at(ACCOUNT) => {
                    let now = store.get::<Account>(&account.id).await?;
                    let same = |now: &Doc<Account>| {
                        now.status == AccountStatus::Active && now.password_hash == verified
                    };
                    account = now.filter(same).ok_or_else(wrong)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Busy.into())
    }

    async fn batch(
        &self,
        account: &Doc<Account>,
        hash: Option<&str>,
        refund: bool,
    ) -> Result<(Batch, Issued)> {
        let (ctx, id) = (self.ctx, account.id.as_str());
        let mut patch = Patch::new().set(Account::LAST_SIGN_IN_AT, Timestamp::AT_COMMIT);
        if let Some(hash) = hash {
            patch = patch.set(Account::PASSWORD_HASH, hash);
        }
        let as_read = Filter::revision(account.revision);
        let batch = Batch::new().update_if(id, patch, as_read).label(ACCOUNT);
        let device = self.body.device.clone();
        let (batch, issued) = issue(ctx, self.request, batch, id, device).await?;
        let mut batch = self
            .attempts
            .remember_address(self.attempts.forget(batch), ctx.now());
        if refund {
            batch = self.attempts.refund(batch, &self.counted, ctx.now());
        }
        let batch = trail::session_created(ctx, self.request, batch, id, &issued.session.id)?;
        Ok((batch, issued))
    }

    /// A hash as strong as today's, when the stored one is weaker.
    fn better_hash(&self, account: &Account) -> Result<Option<String>> {
        match &account.password_hash {
            Some(stored) if needs_rehash(stored) => hash_password(&self.body.password).map(Some),
            _ => Ok(None),
        }
    }
}
