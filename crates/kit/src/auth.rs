//! Authentication of callers: access tokens, sessions, passwords, the operator.

mod appwrite;
mod claims;
mod foreign;
mod keys;
mod operator;
mod password;
mod session;
mod token;

pub use appwrite::Appwrite;
#[cfg(target_family = "wasm")]
pub(crate) use appwrite::take_key;
pub use claims::ACCESS_LIFETIME;
pub(crate) use claims::Claims;
pub(crate) use foreign::Foreign;
pub use foreign::{IdentityServer, Verifying, is_foreign_id};
pub use keys::{Keys, rotate_keys, web_push_secret};
pub(crate) use keys::{MAC, cursor_key, derived_key, id_key, mac, mac256};
pub use operator::operator;
pub(crate) use password::Turns;
pub use password::apart::{HASH_PATH, HASHING, VERIFY_PATH};
pub use password::{
    hash_here, hash_password, needs_rehash, verify_here, verify_nobody, verify_password,
};
pub use session::{
    Issued, MAX_SESSIONS, REFRESH_LIFETIME, REFRESH_PREFIX, issue, revoke, revoke_all, rotate,
};
pub(crate) use session::{check, standing};
pub(crate) use token::verify;
pub use token::{JwkView, JwksView, jwks};

/// Somebody signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The user's id.
    pub user_id: String,
    /// The session that the token belongs to.
    pub session_id: String,
}

impl Caller {
    pub(crate) fn of(claims: &Claims) -> Self {
        Self {
            user_id: claims.sub.clone(),
            session_id: claims.sid.clone(),
        }
    }
}

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
