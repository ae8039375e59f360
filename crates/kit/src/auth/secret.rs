//! Secrets of programs: made at random, shown once, and kept as their hash.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use super::{BOT_PREFIX, REFRESH_PREFIX, sha256_hex};
use crate::error::Result;
use crate::ids::random;

/// The beginning of the secret in the address of an incoming webhook. Older ones lack it.
pub const HOOK_PREFIX: &str = "wwh_";
/// The beginning of a secret that signs deliveries, as receivers' libraries take it (<https://www.standardwebhooks.com>).
pub const SIGNING_PREFIX: &str = "whsec_";
/// The beginnings of all secrets that users are told, by which they can be recognised where they don't belong.
pub const SECRET_PREFIXES: [&str; 4] = [REFRESH_PREFIX, BOT_PREFIX, HOOK_PREFIX, SIGNING_PREFIX];

/// A new secret of 256 bits, to be shown once; [`sha256_hex`] of it is kept.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn new_secret() -> Result<String> {
    let bytes: [u8; 32] = random()?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Whether a text is the secret whose hash is kept. It takes as long for one as for another, and where there is none.
pub fn is_secret(given: &str, kept: Option<&str>) -> bool {
    let given = sha256_hex(given);
    let none = "0".repeat(given.len());
    let kept_or_none = kept.unwrap_or(&none);
    let same = bool::from(given.as_bytes().ct_eq(kept_or_none.as_bytes()));
    same && kept.is_some()
}
