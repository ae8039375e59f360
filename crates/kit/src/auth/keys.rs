//! The server's keys: made at first use, kept in the database, decoded once per instance.

use std::cell::RefCell;
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey as Ed25519;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use whisper_schema::Column;
use whisper_schema::prelude::{SigningKey, SigningKeyPurpose};
use whisper_store::{Batch, Filter, Order, Patch, Query, StoreError};

use crate::caller::{ACCESS_LIFETIME, TokenKey};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::ids::{derived_id, random, uuid_of};

/// How long an instance trusts the keys that it read, in milliseconds, before it looks for new keys on a token with an
/// unknown key id. Without a bound, forged tokens would make it read at every request.
const REREAD_AFTER: i64 = 1_000;
/// How long an instance uses the keys that it read, in milliseconds. For as long, another instance may still sign with
/// a key that was retired.
const TRUSTED: i64 = 60_000;
/// How long a retired key verifies, in milliseconds: until the last token that it can have signed has expired.
const RETIRED: i64 = ACCESS_LIFETIME * 1000 + 2 * TRUSTED;
/// Bytes of a code by [`mac`]: 128 bits can't be guessed.
pub(crate) const MAC: usize = 16;

/// The keys for access tokens, newest first; makes the first one.
pub(crate) async fn token_keys(ctx: &Ctx) -> Result<Rc<Vec<TokenKey>>> {
    let known = ctx.keys().tokens.borrow().clone();
    match known {
        Some(keys) if age(ctx) < TRUSTED => Ok(keys),
        _ => read_token_keys(ctx).await,
    }
}

/// Looks for keys that came since, when the last look is old enough.
pub(crate) async fn reread_token_keys(ctx: &Ctx) -> Result<Rc<Vec<TokenKey>>> {
    if age(ctx) < REREAD_AFTER {
        return token_keys(ctx).await;
    }
    read_token_keys(ctx).await
}

/// Milliseconds since the keys were read. A clock that was set back counts as a long time.
fn age(ctx: &Ctx) -> i64 {
    let age = ctx.now().as_millis() - ctx.keys().read_at.get();
    if age < 0 { i64::MAX } else { age }
}

async fn read_token_keys(ctx: &Ctx) -> Result<Rc<Vec<TokenKey>>> {
    let rows = rows(ctx, SigningKeyPurpose::AccessToken).await?;
    let over = |row: &&SigningKey| row.retired_at.is_none_or(|at| at.plus(RETIRED) > ctx.now());
    let keys: Vec<TokenKey> = rows
        .iter()
        .filter(over)
        .map(token_key)
        .collect::<Result<_>>()?;
    let keys = Rc::new(keys);
    ctx.keys().read_at.set(ctx.now().as_millis());
    let before = ctx.keys().tokens.replace(Some(Rc::clone(&keys)));
    let kids = |keys: &[TokenKey]| keys.iter().map(|key| key.kid.clone()).collect::<Vec<_>>();
    if before.is_some_and(|before| kids(&before) != kids(&keys)) {
        // Tokens that a removed key has verified count no more.
        ctx.keys().verified.borrow_mut().clear();
    }
    Ok(keys)
}

/// Puts a new key for access tokens in the place of the one that signs. That one verifies until the last of
/// its tokens has expired; those retired long ago are deleted. One of two rotations at once takes effect.
///
/// # Errors
/// The store's.
pub async fn rotate_keys(ctx: &Ctx) -> Result<()> {
    let fresh = make(ctx, SigningKeyPurpose::AccessToken, ctx.new_id()?)?;
    let mut batch = Batch::new().insert(&fresh);
    for row in rows(ctx, SigningKeyPurpose::AccessToken).await? {
        match row.retired_at {
            None => {
                let retired = Patch::new().set(SigningKey::RETIRED_AT, ctx.now());
                let signs = Filter::is_null(SigningKey::RETIRED_AT);
                batch = batch.update_if(&row.id, retired, signs);
            }
            Some(at) if at.plus(RETIRED) <= ctx.now() => {
                batch = batch.delete_where(Filter::<SigningKey>::eq(Column::id(), row.id), 1);
            }
            Some(_) => {}
        }
    }
    match ctx.database()?.commit(batch).await {
        Ok(_) | Err(StoreError::ConditionFailed { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    read_token_keys(ctx).await?;
    Ok(())
}

/// The key for codes by [`mac`]: cursors and refresh tokens.
pub(crate) async fn cursor_key(ctx: &Ctx) -> Result<Rc<[u8; 32]>> {
    kept(ctx, &ctx.keys().cursor, SigningKeyPurpose::Cursor).await
}

/// The key for ids that only this server can compute. Documents carry these ids, so the key must never change.
async fn id_key(ctx: &Ctx) -> Result<Rc<[u8; 32]>> {
    kept(ctx, &ctx.keys().id, SigningKeyPurpose::Id).await
}

/// As [`derived_id`](crate::ids::derived_id), with the server's key: without it the id can't be computed from the parts.
///
/// # Errors
/// The store's, when the key has to be read.
pub async fn keyed_id(ctx: &Ctx, parts: &[&str]) -> Result<String> {
    let key = id_key(ctx).await?;
    let named = derived_id(parts);
    Ok(uuid_of(mac(&key, "id", named.as_bytes())))
}

/// The server's key for texts that it keeps sealed ([`Sealing`](crate::sealing::Sealing)) for this purpose.
///
/// # Errors
/// The store's, when the key has to be read.
pub async fn sealing_key(ctx: &Ctx, purpose: &str) -> Result<[u8; 32]> {
    let key = id_key(ctx).await?;
    Ok(derived_key(&key, &format!("sealing {purpose}")))
}

/// The key for codes in bots' tokens, which are good for years: it never changes.
pub(crate) async fn bot_key(ctx: &Ctx) -> Result<[u8; 32]> {
    let key = id_key(ctx).await?;
    Ok(derived_key(&key, "bot token"))
}

/// A key that is read once per instance.
async fn kept(
    ctx: &Ctx,
    known: &RefCell<Option<Rc<[u8; 32]>>>,
    purpose: SigningKeyPurpose,
) -> Result<Rc<[u8; 32]>> {
    if let Some(key) = known.borrow().clone() {
        return Ok(key);
    }
    let rows = rows(ctx, purpose).await?;
    // The first one that was made.
    let row = rows.last();
    let row = row.ok_or_else(|| Error::internal(format!("no key for {purpose}")))?;
    let key = Rc::new(secret(row)?);
    *known.borrow_mut() = Some(Rc::clone(&key));
    Ok(key)
}

/// The secret of the key for requests to push services (VAPID, RFC 8292), an ES256 key; made at first use.
/// `public` gives the public half of a secret, or none if it can't be one: only the function that pushes
/// carries the arithmetic of the curve.
///
/// # Errors
/// The store's; a fault when the runtime has no randomness.
pub async fn web_push_secret(
    ctx: &Ctx,
    public: impl Fn(&[u8; 32]) -> Option<String>,
) -> Result<[u8; 32]> {
    let purpose = SigningKeyPurpose::WebPush;
    let rows = rows_or(ctx, purpose, || {
        // The curve refuses less than one random secret in four billion, so one of three is good.
        let secrets = [random()?, random()?, random()?];
        let good = secrets.iter().find_map(|s| Some((s, public(s)?)));
        let (secret, public) = good.ok_or_else(|| Error::internal("no push key"))?;
        Ok(key_row(
            ctx,
            purpose,
            first_id(purpose),
            "ES256",
            secret,
            Some(public),
        ))
    })
    .await?;
    let row = rows.first();
    secret(row.ok_or_else(|| Error::internal("no push key"))?)
}

/// The keys of a purpose, newest first. Makes one when there is none.
async fn rows(ctx: &Ctx, purpose: SigningKeyPurpose) -> Result<Vec<SigningKey>> {
    rows_or(ctx, purpose, || make(ctx, purpose, first_id(purpose))).await
}

/// The id of the key that is made at first use.
fn first_id(purpose: SigningKeyPurpose) -> String {
    format!("{purpose}-1")
}

/// As [`rows`], with the key that `make` gives. Two instances that make one at the same time choose the
/// same id, so one of them wins and both use its key.
async fn rows_or(
    ctx: &Ctx,
    purpose: SigningKeyPurpose,
    make: impl FnOnce() -> Result<SigningKey>,
) -> Result<Vec<SigningKey>> {
    let found = find(ctx, purpose).await?;
    if !found.is_empty() {
        return Ok(found);
    }
    let row = make()?;
    match ctx.database()?.commit(Batch::new().insert(&row)).await {
        Ok(_) => Ok(vec![row]),
        Err(StoreError::Conflict { .. }) => find(ctx, purpose).await,
        Err(error) => Err(error.into()),
    }
}

async fn find(ctx: &Ctx, purpose: SigningKeyPurpose) -> Result<Vec<SigningKey>> {
    let docs = ctx
        .database()?
        .read(
            Query::<SigningKey>::new()
                .filter(Filter::eq(SigningKey::PURPOSE, purpose))
                .order(Order::desc(SigningKey::CREATED_AT))
                .limit(100),
        )
        .await?;
    Ok(docs
        .into_iter()
        .map(whisper_store::Doc::into_inner)
        .collect())
}

fn make(ctx: &Ctx, purpose: SigningKeyPurpose, id: String) -> Result<SigningKey> {
    let secret: [u8; 32] = random()?;
    let public = matches!(purpose, SigningKeyPurpose::AccessToken)
        .then(|| URL_SAFE_NO_PAD.encode(Ed25519::from_bytes(&secret).verifying_key().as_bytes()));
    let algorithm = if public.is_some() { "EdDSA" } else { "HS256" };
    Ok(key_row(ctx, purpose, id, algorithm, &secret, public))
}

fn key_row(
    ctx: &Ctx,
    purpose: SigningKeyPurpose,
    id: String,
    algorithm: &str,
    secret: &[u8; 32],
    public_key: Option<String>,
) -> SigningKey {
    SigningKey {
        id,
        purpose,
        algorithm: algorithm.to_owned(),
        secret: URL_SAFE_NO_PAD.encode(secret),
        public_key,
        created_at: ctx.now(),
        retired_at: None,
    }
}

fn token_key(row: &SigningKey) -> Result<TokenKey> {
    let signing = Ed25519::from_bytes(&secret(row)?);
    Ok(TokenKey {
        kid: row.id.clone(),
        verifying: signing.verifying_key(),
        signing,
        retired_at: row.retired_at,
    })
}

fn secret(row: &SigningKey) -> Result<[u8; 32]> {
    let bytes = URL_SAFE_NO_PAD
        .decode(&row.secret)
        .map_err(|_| Error::internal("a signing key can't be decoded"))?;
    bytes
        .try_into()
        .map_err(|_| Error::internal("a signing key has a wrong length"))
}

/// An authentication code (HMAC-SHA256, cut to 128 bits) of a payload within a context: a code made for one
/// purpose is worth nothing for another.
pub(crate) fn mac(key: &[u8; 32], context: &str, payload: &[u8]) -> [u8; MAC] {
    let mut code = [0; MAC];
    code.copy_from_slice(&mac256(key, context, payload)[..MAC]);
    code
}

/// As [`mac`], whole.
pub(crate) fn mac256(key: &[u8; 32], context: &str, payload: &[u8]) -> [u8; 32] {
    let mut code = [0; 32];
    // HMAC takes keys of any length, so there is always a code.
    if let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(key) {
        mac.update(&(context.len() as u64).to_be_bytes());
        mac.update(context.as_bytes());
        mac.update(payload);
        code.copy_from_slice(&mac.finalize().into_bytes());
    }
    code
}

/// A key for one purpose, made of another one.
pub(crate) fn derived_key(key: &[u8; 32], purpose: &str) -> [u8; 32] {
    mac256(key, purpose, b"key")
}
