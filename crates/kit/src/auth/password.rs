//! Passwords: Argon2id as OWASP advises (19 MiB, 2 passes, 1 lane), kept as PHC strings.
//!
//! A hash takes tens of milliseconds, in which the instance does nothing else. So another component does it where the
//! operator names one ([`apart`]). In an instance hashes take turns, with a pause before each: every other request of
//! it waits for one hash at most, and not for all that came before it.

#[cfg_attr(not(all(target_family = "wasm", feature = "spin")), allow(dead_code))]
pub(super) mod apart;

use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::ctx::Ctx;
use crate::error::{Code, Error, Result};
use crate::ids::random;
use crate::turns::Turn;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Bytes of a salt.
const SALT: usize = 16;

/// How often a request that waits for a turn looks whether it has come, and how long the instance is left to others
/// before each hash: enough to read and answer something short.
const PAUSE: Duration = Duration::from_millis(10);
/// The pause of an instance that only hashes: enough to take in the requests that came at the same time, so that the host
/// makes no further instances for them.
const BRIEF: Duration = Duration::from_millis(1);

/// Waits for a turn at hashing. Dropping it gives it up, whether or not it had come.
async fn turn(ctx: &Ctx, pause: Duration) -> Result<Turn<'_>> {
    let turn = ctx.turns().join().ok_or_else(busy)?;
    while !turn.has_come() {
        ctx.pause(pause).await;
    }
    // Even when the turn came at once: other requests that came in with this one go first.
    ctx.pause(pause).await;
    Ok(turn)
}

/// The refusal where too many wait.
fn busy() -> Error {
    let detail = "Too many are signing in. Try again in a moment.";
    Error::new(Code::Unavailable, detail).with_header("retry-after", "2")
}

/// The hash of a password that no account has, for sign-ins with an unknown address: they must take as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$qF2ZpRrN4ZHfL4gtdqnGVjHGoF6CMC2ZO7OEbYEvB2U";

fn hasher() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The PHC string to keep for a password.
///
/// # Errors
/// [`Code::Unavailable`] where too many wait, or a fault of the runtime.
pub async fn hash_password(ctx: &Ctx, password: &str) -> Result<String> {
    #[cfg(all(target_family = "wasm", feature = "spin"))]
    if let Some(hash) = apart::hash(ctx, password).await? {
        return Ok(hash);
    }
    let _turn = turn(ctx, PAUSE).await?;
    hash(password, &random::<SALT>()?)
}

/// The PHC string to keep for a password, by this instance, which does nothing else.
///
/// # Errors
/// As [`hash_password`].
pub async fn hash_here(ctx: &Ctx, password: &str) -> Result<String> {
    let _turn = turn(ctx, BRIEF).await?;
    hash(password, &random::<SALT>()?)
}

fn hash(password: &str, salt: &[u8]) -> Result<String> {
    let hash = hasher()?
        .hash_password_with_salt(password.as_bytes(), salt)
        .map_err(Error::internal)?;
    Ok(hash.to_string())
}

/// Whether the password is the one that was hashed. Compares in constant time.
///
/// # Errors
/// [`Code::Unavailable`] where too many wait, or a fault when the stored string is no PHC string.
pub async fn verify_password(ctx: &Ctx, password: &str, stored: &str) -> Result<bool> {
    #[cfg(all(target_family = "wasm", feature = "spin"))]
    if let Some(is_right) = apart::verify(ctx, password, stored).await? {
        return Ok(is_right);
    }
    let _turn = turn(ctx, PAUSE).await?;
    verify(password, stored)
}

/// Whether the password is the one that was hashed, by this instance, which does nothing else.
///
/// # Errors
/// As [`verify_password`].
pub async fn verify_here(ctx: &Ctx, password: &str, stored: &str) -> Result<bool> {
    let _turn = turn(ctx, BRIEF).await?;
    verify(password, stored)
}

fn verify(password: &str, stored: &str) -> Result<bool> {
    let hash = PasswordHash::new(stored).map_err(Error::internal)?;
    Ok(hasher()?
        .verify_password(password.as_bytes(), &hash)
        .is_ok())
}

/// Takes as long as [`verify_password`] and never says yes.
///
/// # Errors
/// A fault of the runtime.
pub async fn verify_nobody(ctx: &Ctx, password: &str) -> Result<bool> {
    verify_password(ctx, password, NOBODY).await?;
    Ok(false)
}

/// Whether the string was made with other parameters than today's.
pub fn needs_rehash(stored: &str) -> bool {
    let today = format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$");
    !stored.starts_with(&today)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_opens_its_hash() {
        let stored = hash("correct horse", &[1; 16]).unwrap();
        assert!(verify("correct horse", &stored).unwrap());
        assert!(!verify("correct horsf", &stored).unwrap());
        assert!(!needs_rehash(&stored), "{stored}");
        assert_ne!(stored, hash("correct horse", &[2; 16]).unwrap(), "salted");
    }

    #[test]
    fn nobody_is_verified_in_the_same_work() {
        assert!(PasswordHash::new(NOBODY).is_ok());
        assert!(!needs_rehash(NOBODY));
    }

    #[test]
    fn weaker_parameters_are_seen() {
        assert!(needs_rehash(
            "$argon2id$v=19$m=4096,t=3,p=1$c2FsdHNhbHQ$aGFzaA"
        ));
    }
}
