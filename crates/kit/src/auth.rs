//! Authentication of callers: access tokens, sessions, passwords, the operator.

mod appwrite;
mod bot;
mod keys;
mod operator;
mod password;
mod secret;
mod session;
mod signing;
mod token;

pub use appwrite::Appwrite;
#[cfg(target_family = "wasm")]
pub(crate) use appwrite::take_key;
pub use bot::{BOT_PREFIX, issue_bot_token};
pub(crate) use keys::{MAC, cursor_key, derived_key, mac, mac256};
pub use keys::{keyed_id, rotate_keys, sealing_key, web_push_secret};
pub use operator::operator;
pub use password::apart::{HASH_PATH, HASHING, VERIFY_PATH};
pub use password::{
    hash_here, hash_password, needs_rehash, verify_here, verify_nobody, verify_password,
};
pub use secret::{HOOK_PREFIX, SECRET_PREFIXES, SIGNING_PREFIX, is_secret, new_secret};
pub use session::{
    Issued, MAX_SESSIONS, REFRESH_LIFETIME, REFRESH_PREFIX, issue, revoke, revoke_all, rotate,
};
pub use signing::{SIGNATURE, Signing};
pub(crate) use token::verify;
pub use token::{JwkView, JwksView, jwks};

pub use crate::caller::{ACCESS_LIFETIME, Caller, IdentityServer, Verifying, is_foreign_id};

/// SHA-256 in lower-case hexadecimal: how secrets that only need to be recognised are kept.
pub fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    use sha2::{Digest, Sha256};
    use std::fmt::Write;

    let digest = Sha256::digest(bytes.as_ref());
    digest
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}
