//! `POST /v1/sessions`: signs in with e-mail address and password.

use whisper_kit::auth::{
    Issued, hash_password, issue, needs_rehash, verify_nobody, verify_password,
};
use whisper_kit::{
    Attempt, Code, Ctx, Endpoint, Error, Json, Method, OptionExt, Reply, Request, Result,
};
use whisper_people::names;
use whisper_schema::body::forms::LINE;
use whisper_schema::prelude::{Account, AccountStatus, DisplayName, Profile, Session};
use whisper_schema::{Body, Timestamp};
use whisper_store::{Batch, Doc, Filter, Get, Patch};

use crate::attempts::{Attempts, Counted, REFUND};
use crate::documents::Pictures;
use crate::rules::email::{EMAIL_MAX, normal_email};
use crate::rules::password::GivenPassword;
use crate::trail;
use crate::views::SignedInView;

/// Label of the operation that touches the account.
const ACCOUNT: &str = "account as read";

/// The account that signs in. No rule for new addresses and passwords may tell anything here, so both are any text.
#[derive(Clone, Debug, Body)]
#[body(example = r#"{"email": "alice@example.com", "password": "correct horse battery"}"#)]
pub struct SignIn {
    /// Address that was signed up with; upper and lower case don't matter.
    #[field(size = 0..=EMAIL_MAX)]
    email: String,
    /// The password.
    password: GivenPassword,
    /// Name of the device for the list of sessions.
    #[field(of = Session, is = LINE)]
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
    .reply::<SignedInView>(201, "Signed in.")
    .codes(&[Code::InvalidCredentials, Code::RateLimited])
}

async fn sign_in(ctx: Ctx, request: Request, Json(body): Json<SignIn>) -> Result<Reply> {
    let attempts = Attempts::new(&normal_email(&body.email), &request);
    let mut counted = attempts.count(&ctx).await?;
    let found = counted.account.take();
    let verified = verify(&ctx, found, &body.password).await?;
    let signing_in = SigningIn {
        ctx: &ctx,
        request: &request,
        body: &body,
        attempts,
        counted,
    };
    let (account, issued) = signing_in.commit(verified).await?;
    let id = account.id.as_str();
    let read = (Get::<Profile>::id(id), Get::<DisplayName>::id(id));
    let (profile, shown) = ctx.read(read).await?;
    let profile = profile.or_not_found()?;
    names::show_anew(&ctx, &profile, shown.as_ref()).await?;
    let pictures = Pictures::read(&ctx, id, &profile).await?;
    Reply::created(&SignedInView::new(&account, &profile, &pictures, issued)?)
}

/// An account whose password is known to be right.
pub struct Verified {
    /// The account as it was read.
    pub account: Doc<Account>,
    /// Whether the stored hash is of the password as it is prepared today.
    is_prepared: bool,
}

/// Looks at the password. An account that isn't there, or has none, takes the same work.
///
/// # Errors
/// [`Code::InvalidCredentials`].
pub async fn verify(
    ctx: &Ctx,
    account: Option<Doc<Account>>,
    password: &GivenPassword,
) -> Result<Verified> {
    let usable = account.filter(|account| account.status == AccountStatus::Active);
    let stored = usable
        .as_ref()
        .and_then(|account| account.password_hash.as_deref());
    let mut right = Vec::new();
    for form in password.forms() {
        right.push(match stored {
            Some(stored) => verify_password(ctx, &form, stored).await?,
            None => verify_nobody(ctx, &form).await?,
        });
    }
    let account = usable.filter(|_| right.contains(&true)).ok_or_else(wrong)?;
    Ok(Verified {
        account,
        is_prepared: right.first() == Some(&true),
    })
}

/// The one refusal, for every fault.
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
    async fn commit(&self, verified: Verified) -> Result<(Account, Issued)> {
        let hash = self.better_hash(&verified).await?;
        let verified = verified.account;
        let (mut account, mut refunds) = (verified.clone(), true);
        self.ctx
            .retry(async || {
                let (batch, issued) = self.batch(&account, hash.as_deref(), refunds).await?;
                match self.ctx.store().await?.commit(batch).await {
                    Ok(committed) => {
                        account.value.last_sign_in_at = Some(committed.at);
                        Ok(Attempt::Done((account.value.clone(), issued)))
                    }
                    Err(error) if error.failed_at(REFUND) => {
                        refunds = false;
                        Ok(Attempt::Retry)
                    }
                    Err(error) if error.failed_at(ACCOUNT) => {
                        account = self.reread(&verified).await?;
                        Ok(Attempt::Retry)
                    }
                    Err(error) => Err(error.into()),
                }
            })
            .await
    }

    /// The account as it is now, if the password that was verified is still its own.
    async fn reread(&self, verified: &Doc<Account>) -> Result<Doc<Account>> {
        let now = self.ctx.read(Get::<Account>::id(verified.id.as_str()));
        let same = |now: &Doc<Account>| {
            now.status == AccountStatus::Active && now.password_hash == verified.password_hash
        };
        now.await?.filter(same).ok_or_else(wrong)
    }

    async fn batch(
        &self,
        account: &Doc<Account>,
        hash: Option<&str>,
        refunds: bool,
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
        if refunds {
            batch = self.attempts.refund(batch, &self.counted, ctx.clock());
        }
        let batch = trail::session_created(ctx, self.request, batch, id, &issued.session.id)?;
        Ok((batch, issued))
    }

    /// A hash as strong as today's, and of the password as it is prepared today, when the stored one is neither.
    async fn better_hash(&self, verified: &Verified) -> Result<Option<String>> {
        let forms = self.body.password.forms();
        let stored = verified.account.password_hash.as_deref();
        let is_good = verified.is_prepared && !stored.is_some_and(needs_rehash);
        match forms.first().filter(|_| !is_good) {
            Some(prepared) => hash_password(self.ctx, prepared).await.map(Some),
            None => Ok(None),
        }
    }
}
