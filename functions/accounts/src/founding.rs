//! Making an account: the part that signing up with and without an e-mail address have in common.

use serde_json::json;
use whisper_kit::auth::issue;
use whisper_kit::ids::random;
use whisper_kit::rate_limit::Rate;
use whisper_kit::{Attempt, Code, Ctx, Error, Request, Result};
use whisper_people::{documents, taken, username};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Account, Profile};

use crate::attempts::Attempts;
use crate::documents::Pictures;
use crate::rules::slow_down::address_name;
use crate::trail;
use crate::views::SignedInView;

/// The accounts that one address may make.
pub const RATE: Rate = Rate::per_hour("sign-up", "signup_rate_per_hour", 1000);

/// The parts of a new account.
pub struct Founder {
    /// E-mail address and password hash.
    pub credentials: Option<(String, String)>,
    /// The user name; made up when there is none.
    pub username: Option<String>,
    /// The name to show.
    pub display_name: Option<String>,
}

/// Counts a sign-up of the caller's address, before anything that costs.
///
/// # Errors
/// [`Code::RateLimited`].
pub async fn count_sign_up(ctx: &Ctx, request: &Request) -> Result<()> {
    // Without an address everybody would share one allowance, and anybody could use it up.
    if request.client_addr.is_none() {
        return Ok(());
    }
    let address = address_name(request.client_addr);
    RATE.of(ctx.config(), &address).count(ctx).await
}

/// Makes account, profile and first session in one commit. A user name that was made up is made up anew when
/// somebody has it.
///
/// # Errors
/// [`Code::EmailTaken`], [`Code::UsernameTaken`].
pub async fn found(ctx: &Ctx, request: &Request, founder: Founder) -> Result<SignedInView> {
    ctx.retry(async || attempt(ctx, request, &founder).await)
        .await
}

async fn attempt(ctx: &Ctx, request: &Request, founder: &Founder) -> Result<Attempt<SignedInView>> {
    let id = ctx.new_id()?;
    let mut account = account(id.clone(), founder);
    let mut profile = profile(&account, founder)?;
    let batch = documents(ctx, &account, &profile);
    let (batch, issued) = issue(ctx, request, batch, &id, None).await?;
    let batch = match &account.email {
        Some(email) => Attempts::new(email, request).remember_address(batch, ctx.now()),
        None => batch,
    };
    let what = json!({"isAnonymous": account.is_anonymous});
    let batch = trail::event(ctx, batch, "account.created", &id, &what)?;
    let batch = trail::session_created(ctx, request, batch, &id, &issued.session.id)?;
    match ctx.store().await?.commit(batch).await.map_err(taken) {
        Ok(committed) => {
            made_at(&mut account, &mut profile, committed.at);
            SignedInView::new(&account, &profile, &Pictures::default(), issued).map(Attempt::Done)
        }
        Err(error) if founder.is_unlucky(&error) => Ok(Attempt::Retry),
        Err(error) => Err(error),
    }
}

impl Founder {
    /// Whether a refusal is about the user name that was made up: another one may be free.
    pub fn is_unlucky(&self, error: &Error) -> bool {
        error.code() == Code::UsernameTaken && self.username.is_none()
    }
}

/// Puts the time of the commit that made them where [`Timestamp::AT_COMMIT`] stands.
fn made_at(account: &mut Account, profile: &mut Profile, at: Timestamp) {
    account.created_at = at;
    account.updated_at = at;
    account.password_changed_at = account.password_changed_at.map(|_| at);
    profile.created_at = Some(at);
    profile.updated_at = Some(at);
}

/// A new account.
pub fn account(id: String, founder: &Founder) -> Account {
    let credentials = founder.credentials.as_ref();
    Account {
        id,
        email: credentials.map(|(email, _)| email.clone()),
        password_hash: credentials.map(|(_, hash)| hash.clone()),
        is_anonymous: credentials.is_none(),
        created_at: Timestamp::AT_COMMIT,
        updated_at: Timestamp::AT_COMMIT,
        password_changed_at: credentials.map(|_| Timestamp::AT_COMMIT),
        ..Account::default()
    }
}

/// The profile of a new account.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn profile(account: &Account, founder: &Founder) -> Result<Profile> {
    let username = match &founder.username {
        Some(name) => name.clone(),
        None => username::made_up(random()?),
    };
    Ok(Profile {
        id: account.id.clone(),
        user_id: account.id.clone(),
        username: Some(username),
        display_name: founder.display_name.clone(),
        created_at: Some(Timestamp::AT_COMMIT),
        updated_at: Some(Timestamp::AT_COMMIT),
        ..Profile::default()
    })
}
