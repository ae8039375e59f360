//! Access tokens: EdDSA JWTs (RFC 7519, 8037, 9068), checked as RFC 8725 advises.
//!
//! The format is fixed, so the few lines that write and read it stand here: one algorithm, one type,
//! and every claim demanded. The signature itself is `ed25519-dalek`'s.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::bot::{bot_token, verify_bot};
use super::keys::{reread_token_keys, token_keys};
use crate::caller::{ACCESS_LIFETIME, Claims, ISSUER, MAX_TOKEN, TokenKey, bearer, invalid, part};
use crate::ctx::Ctx;
use crate::error::{Code, Error, Result};
use crate::ids;
use crate::request::Request;

/// By how many seconds another instance's clock may be ahead.
const SKEW: i64 = 60;

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

/// Signs a new access token.
pub(crate) async fn sign(ctx: &Ctx, user_id: &str, session_id: &str) -> Result<String> {
    let keys = token_keys(ctx).await?;
    let key = keys
        .iter()
        .find(|key| key.retired_at.is_none())
        .ok_or_else(|| Error::internal("every signing key is retired"))?;
    let iat = ctx.now().as_millis().div_euclid(1000);
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: ISSUER.to_owned(),
        sub: user_id.to_owned(),
        sid: session_id.to_owned(),
        iat,
        exp: iat + ACCESS_LIFETIME,
        jti: ids::new_id(ctx.now())?,
        bot_token: None,
    };
    encode(key, &claims)
}

fn encode(key: &TokenKey, claims: &Claims) -> Result<String> {
    let header = Header {
        alg: "EdDSA".to_owned(),
        typ: "at+jwt".to_owned(),
        kid: key.kid.clone(),
    };
    let part = |json: Vec<u8>| URL_SAFE_NO_PAD.encode(json);
    let header = part(serde_json::to_vec(&header).map_err(Error::internal)?);
    let payload = part(serde_json::to_vec(claims).map_err(Error::internal)?);
    let signed = format!("{header}.{payload}");
    let signature = key.signing.sign(signed.as_bytes()).to_bytes();
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// Reads and verifies the request's access token. Whether its session still stands is not looked up here.
///
/// # Errors
/// [`Code::Unauthenticated`] without a token, [`Code::TokenInvalid`], [`Code::TokenExpired`].
pub async fn verify(ctx: &Ctx, request: &Request) -> Result<Claims> {
    if let Some(token) = bot_token(request) {
        return verify_bot(ctx, token).await;
    }
    if let Some(foreign) = ctx.foreign() {
        return foreign.verify(ctx.now(), request).await;
    }
    let Some(token) = bearer(request) else {
        let detail = "Send the access token in the header Authorization: Bearer <token>.";
        return Err(Error::new(Code::Unauthenticated, detail));
    };
    let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    let claims = match ctx.keys().remembered(&digest) {
        Some(claims) => claims,
        None => {
            let claims = check(ctx, token).await?;
            ctx.keys().remember(digest, claims.clone());
            claims
        }
    };
    let now = ctx.now().as_millis().div_euclid(1000);
    if claims.exp <= now {
        let detail = "The access token has expired. Get a new one with the refresh token.";
        return Err(Error::new(Code::TokenExpired, detail));
    }
    if claims.iat > now + SKEW {
        return Err(invalid());
    }
    Ok(claims)
}

/// Checks the parts of a token that don't change with time.
async fn check(ctx: &Ctx, token: &str) -> Result<Claims> {
    if token.len() > MAX_TOKEN {
        return Err(invalid());
    }
    let (signed, signature) = token.rsplit_once('.').ok_or_else(invalid)?;
    let (header, payload) = signed.split_once('.').ok_or_else(invalid)?;
    let header: Header = part(header)?;
    if header.alg != "EdDSA" || header.typ != "at+jwt" {
        return Err(invalid());
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| invalid())?;
    let signature = Signature::from_slice(&signature).map_err(|_| invalid())?;
    let mut keys = token_keys(ctx).await?;
    if !keys.iter().any(|key| key.kid == header.kid) {
        keys = reread_token_keys(ctx).await?;
    }
    let key = keys
        .iter()
        .find(|key| key.kid == header.kid)
        .ok_or_else(invalid)?;
    key.verifying
        .verify_strict(signed.as_bytes(), &signature)
        .map_err(|_| invalid())?;
    let claims: Claims = part(payload)?;
    let ours = claims.iss == ISSUER && claims.aud == ISSUER;
    if !ours || claims.exp - claims.iat != ACCESS_LIFETIME {
        return Err(invalid());
    }
    Ok(claims)
}

/// Public keys (RFC 7517).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct JwksView {
    /// The keys; tokens name theirs in `kid`.
    pub keys: Vec<JwkView>,
}

/// A public key of Ed25519 (RFC 8037).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct JwkView {
    /// Kind of key: `OKP`.
    pub kty: &'static str,
    /// Its curve: `Ed25519`.
    pub crv: &'static str,
    /// The use of the key: `sig`, signatures.
    #[serde(rename = "use")]
    pub usage: &'static str,
    /// How it signs: `EdDSA`.
    pub alg: &'static str,
    /// Its id.
    pub kid: String,
    /// The key itself, base64url.
    pub x: String,
}

/// The public keys as a JWK set (RFC 7517, 8037), for services that verify our tokens.
///
/// # Errors
/// The store's.
pub async fn jwks(ctx: &Ctx) -> Result<JwksView> {
    let keys = token_keys(ctx).await?;
    let keys = keys
        .iter()
        .map(|key| JwkView {
            kty: "OKP",
            crv: "Ed25519",
            usage: "sig",
            alg: "EdDSA",
            kid: key.kid.clone(),
            x: URL_SAFE_NO_PAD.encode(key.verifying.as_bytes()),
        })
        .collect();
    Ok(JwksView { keys })
}
