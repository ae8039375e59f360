//! Passwords: Argon2id as OWASP advises (19 MiB, 2 passes, 1 lane), kept as PHC strings.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::error::{Error, Result};
use crate::ids::random;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The hash of nobody's password, for sign-ins with an unknown address: they must take as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$qF2ZpRrN4ZHfL4gtdqnGVjHGoF6CMC2ZO7OEbYEvB2U";

fn hasher() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The PHC string to keep for a password.
///
/// # Errors
/// A fault of the runtime.
pub fn hash_password(password: &str) -> Result<String> {
    let salt: [u8; 16] = random()?;
    let hash = hasher()?
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(Error::internal)?;
    Ok(hash.to_string())
}

/// Whether the password is the one that was hashed. Compares in constant time.
///
/// # Errors
/// A fault when the stored string is no PHC string.
pub fn verify_password(password: &str, stored: &str) -> Result<bool> {
    let hash = PasswordHash::new(stored).map_err(Error::internal)?;
    Ok(hasher()?
        .verify_password(password.as_bytes(), &hash)
        .is_ok())
}

/// Takes as long as [`verify_password`] and never says yes.
///
/// # Errors
/// A fault of the runtime.
pub fn verify_nobody(password: &str) -> Result<bool> {
    verify_password(password, NOBODY)?;
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
        let stored = hash_password("correct horse").unwrap();
        assert!(verify_password("correct horse", &stored).unwrap());
        assert!(!verify_password("correct horsf", &stored).unwrap());
        assert!(!needs_rehash(&stored), "{stored}");
        assert_ne!(stored, hash_password("correct horse").unwrap(), "salted");
    }

    #[test]
    fn nobody_is_verified_in_the_same_work() {
        assert!(!verify_nobody("anything").unwrap());
        assert!(!needs_rehash(NOBODY));
    }

    #[test]
    fn weaker_parameters_are_seen() {
        assert!(needs_rehash(
            "$argon2id$v=19$m=4096,t=3,p=1$c2FsdHNhbHQ$aGFzaA"
        ));
    }
}
