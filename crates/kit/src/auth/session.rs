//! Sessions: devices that are signed in, at most ten for each account.
//!
//! A refresh token is `wrt_<session id>.<secret>`; the database keeps the secret's SHA-256. Each is exchanged for its
//! successor, which is derived from it: a client that asks again because the answer got lost, and two tabs that ask at
//! the same time, get the same one, for 60 s. There is never a second branch. Presenting an older token after that
//! means that somebody copied it, and ends the session (RFC 9700). The secret carries a code that only this server can
//! make, so that an older token is told from a made-up one, however old it is: a session can't be ended by guessing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use subtle::ConstantTimeEq;
use whisper_schema::prelude::{Account, AccountStatus, Session};
use whisper_schema::{Column, Timestamp};
use whisper_store::{Batch, Filter, Get, Order, Patch, Query, StoreError};

use super::token::sign;
use super::{MAC, cursor_key, mac, mac256, sha256_hex};
use crate::caller::{ended, invalid, is_anonymous, peculiar};
use crate::ctx::Ctx;
use crate::error::{Code, Error, Result};
use crate::events::append;
use crate::ids::{is_id, random};
use crate::request::Request;
use crate::retry::Attempt;

/// How many sessions an account may have; the one that was used least recently goes.
pub const MAX_SESSIONS: usize = 10;
/// How long a refresh token is good for, in milliseconds.
pub const REFRESH_LIFETIME: i64 = 60 * 24 * 60 * 60 * 1000;
/// Expired sessions, of anybody, that a new one sweeps away.
const SWEEP_ROWS: u64 = 10;
/// Label of the condition that the account is in use.
const ACCOUNT: &str = "account in use";
/// Random bytes of a refresh token.
const RANDOM: usize = 32;
/// The beginning of refresh tokens, so that they can be recognised where they don't belong. Older tokens lack it.
pub const REFRESH_PREFIX: &str = "wrt_";
/// For how long a refresh token still gives the successor that it gave, in milliseconds.
const GRACE: i64 = 60 * 1000;

/// A new session with its tokens, for the user who signed in.
#[derive(Clone)]
pub struct Issued {
    /// The session.
    pub session: Session,
    /// The access token.
    pub access_token: String,
    /// The refresh token, readable here and never again.
    pub refresh_token: String,
}

/// Makes a session for a user. The batch gets the writes that must be committed; the tokens are worth nothing before.
///
/// # Errors
/// The store's.
pub async fn issue(
    ctx: &Ctx,
    request: &Request,
    batch: Batch,
    user_id: &str,
    device: Option<String>,
) -> Result<(Batch, Issued)> {
    let now = ctx.now();
    let id = ctx.new_id()?;
    let secret = new_secret(ctx, &id).await?;
    let session = Session {
        id: id.clone(),
        user_id: user_id.to_owned(),
        refresh_hash: sha256_hex(&secret),
        previous_refresh_hash: None,
        device,
        user_agent: request.user_agent(),
        ip_address: request.client_addr.map(|ip| ip.to_string()),
        created_at: now,
        last_used_at: now,
        expires_at: now.plus(REFRESH_LIFETIME),
        refreshed_at: None,
    };
    let expired = Filter::<Session>::lt(Session::EXPIRES_AT, now);
    let mut batch = batch.insert(&session).delete_where(expired, SWEEP_ROWS);
    for surplus in surplus(ctx, user_id).await? {
        batch = batch.delete_where(Filter::<Session>::eq(Column::id(), surplus), 1);
    }
    let issued = Issued {
        access_token: sign(ctx, user_id, &id).await?,
        refresh_token: token(&id, &secret),
        session,
    };
    Ok((batch, issued))
}

/// The ids of the sessions that must go for one more.
async fn surplus(ctx: &Ctx, user_id: &str) -> Result<Vec<String>> {
    let theirs = Query::<Session>::new()
        .filter(Filter::eq(Session::USER_ID, user_id))
        .order(Order::desc(Session::LAST_USED_AT))
        .limit(100);
    let sessions = ctx.database()?.read(theirs).await?;
    Ok(sessions
        .into_iter()
        .skip(MAX_SESSIONS - 1)
        .map(|session| session.value.id)
        .collect())
}

/// Exchanges a refresh token for a new pair. With the same token the same refresh token is given again for
/// 60 s; after that it ends the session.
///
/// # Errors
/// [`Code::TokenInvalid`], [`Code::SessionRevoked`] when it has expired or its account is out of use,
/// [`Code::RefreshTokenReused`].
pub async fn rotate(ctx: &Ctx, refresh_token: &str) -> Result<Issued> {
    let bare = refresh_token.strip_prefix(REFRESH_PREFIX);
    let (id, secret) = bare
        .unwrap_or(refresh_token)
        .split_once('.')
        .filter(|(id, _)| is_id(id))
        .ok_or_else(invalid)?;
    let successor = successor(ctx, id, secret).await?;
    let (hash, next) = (sha256_hex(secret), sha256_hex(&successor));
    let session = ctx
        .retry(async || attempt(ctx, id, secret, (&hash, &next)).await)
        .await?;
    Ok(Issued {
        access_token: sign(ctx, &session.user_id, id).await?,
        refresh_token: token(id, &successor),
        session,
    })
}

/// Moves a session on from the token with the first hash to that with the second, unless that was done just now.
async fn attempt(
    ctx: &Ctx,
    id: &str,
    secret: &str,
    (hash, next): (&str, &str),
) -> Result<Attempt<Session>> {
    let Some(session) = ctx.database()?.read(Get::<Session>::id(id)).await? else {
        return Err(invalid());
    };
    if !same(hash, &session.refresh_hash) {
        if is_repeated(&session, hash, next, ctx.clock()) {
            return repeated(ctx, session.into_inner()).await.map(Attempt::Done);
        }
        if !is_old(ctx, &session, secret, hash).await? {
            return Err(invalid());
        }
        end_copied(ctx, &session).await?;
        return Err(reused());
    }
    if session.expires_at <= ctx.now() {
        return Err(ended());
    }
    let session = Session {
        refresh_hash: next.to_owned(),
        previous_refresh_hash: Some(hash.to_owned()),
        refreshed_at: Some(ctx.clock()),
        last_used_at: ctx.now(),
        expires_at: ctx.now().plus(REFRESH_LIFETIME),
        ..session.into_inner()
    };
    let moved = replace(ctx, &session, hash).await?;
    Ok(moved.map_or(Attempt::Retry, |()| Attempt::Done(session)))
}

/// Whether this token was exchanged for its successor within the last minute. A time up to a minute ahead is as good as
/// one that has passed: a server's clock may be set right in between.
fn is_repeated(session: &Session, hash: &str, next: &str, now: Timestamp) -> bool {
    let previous = session.previous_refresh_hash.as_deref();
    let since = session.refreshed_at.map(|at| now.since(at));
    previous.is_some_and(|previous| same(hash, previous))
        && same(next, &session.refresh_hash)
        && since.is_some_and(|since| (-GRACE..=GRACE).contains(&since))
}

/// The session as it stands, for a client that asks again.
async fn repeated(ctx: &Ctx, session: Session) -> Result<Session> {
    if session.expires_at <= ctx.now() {
        return Err(ended());
    }
    look_up(ctx, &session.user_id).await?;
    Ok(session)
}

/// Keeps the new token in the place of the one with this hash; none when that no longer stands.
async fn replace(ctx: &Ctx, session: &Session, hash: &str) -> Result<Option<()>> {
    let patch = Patch::<Session>::new()
        .set(Session::REFRESH_HASH, session.refresh_hash.as_str())
        .set(Session::PREVIOUS_REFRESH_HASH, hash)
        .set(Session::REFRESHED_AT, session.refreshed_at)
        .set(Session::LAST_USED_AT, session.last_used_at)
        .set(Session::EXPIRES_AT, session.expires_at);
    let unused = Filter::eq(Session::REFRESH_HASH, hash);
    let batch = Batch::new()
        .update_if(&session.id, patch, unused)
        .expect_none(out_of_use(&session.user_id))
        .label(ACCOUNT);
    match ctx.database()?.commit(batch).await {
        Ok(_) => Ok(Some(())),
        Err(error) if error.failed_at(ACCOUNT) => Err(ended()),
        Err(StoreError::ConditionFailed { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Ends a session. One that is gone already is no error.
///
/// # Errors
/// The store's.
pub async fn revoke(ctx: &Ctx, id: &str) -> Result<()> {
    let this = Filter::<Session>::eq(Column::id(), id);
    ctx.database()?
        .commit(Batch::new().delete_where(this, 1))
        .await?;
    Ok(())
}

/// Ends a session whose token was copied, with an event as of a sign-out: the streams of either side end at once.
async fn end_copied(ctx: &Ctx, session: &Session) -> Result<()> {
    let (id, user) = (session.id.as_str(), session.user_id.as_str());
    let theirs = Filter::<Session>::eq(Session::USER_ID, user);
    let batch = Batch::new().delete_if(id, theirs);
    let what = json!({"sessionId": id});
    let batch = append(ctx, batch, "session.revoked", user, Some(user), &what)?;
    match ctx.database()?.commit(batch).await {
        // It is gone already.
        Err(StoreError::ConditionFailed { .. }) => Ok(()),
        outcome => outcome.map(|_| ()).map_err(Into::into),
    }
}

/// Ends all sessions of a user but `keep`, as a part of a commit.
pub fn revoke_all(batch: Batch, user_id: &str, keep: Option<&str>) -> Batch {
    let mut theirs = vec![Filter::<Session>::eq(Session::USER_ID, user_id)];
    if let Some(keep) = keep {
        theirs.push(Filter::ne(Column::id(), keep));
    }
    batch.delete_where(Filter::and(theirs), 1000)
}

/// Whether an account in use is anonymous.
///
/// # Errors
/// [`Code::SessionRevoked`] for one that is out of use.
async fn look_up(ctx: &Ctx, user_id: &str) -> Result<bool> {
    is_anonymous(ctx.database()?.read(peculiar(user_id)).await?)
}

/// Holds for this account if it is out of use.
fn out_of_use(user_id: &str) -> Filter<Account> {
    Filter::and([
        Filter::eq(Column::id(), user_id),
        Filter::ne(Account::STATUS, AccountStatus::Active),
    ])
}

fn reused() -> Error {
    let detail = "This refresh token was used before, so its session was revoked. Sign in again.";
    Error::new(Code::RefreshTokenReused, detail)
}

fn same(one: &str, other: &str) -> bool {
    bool::from(one.as_bytes().ct_eq(other.as_bytes()))
}

/// A refresh token, as clients get it.
fn token(session_id: &str, secret: &str) -> String {
    format!("{REFRESH_PREFIX}{session_id}.{secret}")
}

/// The secret of a session's first refresh token.
async fn new_secret(ctx: &Ctx, session_id: &str) -> Result<String> {
    let key = cursor_key(ctx).await?;
    Ok(secret_of(&key, session_id, random()?))
}

/// The secret of the refresh token that comes after the one with this secret: always the same.
async fn successor(ctx: &Ctx, session_id: &str, secret: &str) -> Result<String> {
    let key = cursor_key(ctx).await?;
    let context = format!("successor of a refresh token {session_id}");
    let bytes = mac256(&key, &context, secret.as_bytes());
    Ok(secret_of(&key, session_id, bytes))
}

fn secret_of(key: &[u8; 32], session_id: &str, bytes: [u8; RANDOM]) -> String {
    let code = mac(key, &context(session_id), &bytes);
    URL_SAFE_NO_PAD.encode([bytes.as_slice(), code.as_slice()].concat())
}

/// Whether this was a refresh token of the session once, however long ago.
async fn is_old(ctx: &Ctx, session: &Session, secret: &str, hash: &str) -> Result<bool> {
    // Known without the key: it may have been replaced since.
    if session
        .previous_refresh_hash
        .as_deref()
        .is_some_and(|previous| same(hash, previous))
    {
        return Ok(true);
    }
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(secret) else {
        return Ok(false);
    };
    if bytes.len() != RANDOM + MAC {
        return Ok(false);
    }
    let (random, code) = bytes.split_at(RANDOM);
    let key = cursor_key(ctx).await?;
    let wanted = mac(&key, &context(&session.id), random);
    Ok(bool::from(code.ct_eq(wanted.as_slice())))
}

fn context(session_id: &str) -> String {
    format!("refresh token {session_id}")
}
