//! Who calls: access tokens, sessions, passwords, the operator.

mod appwrite;
mod foreign;
mod keys;
mod operator;
mod password;
mod session;
mod token;

pub use appwrite::Appwrite;
#[cfg(target_family = "wasm")]
pub(crate) use appwrite::take_key;
pub(crate) use foreign::Foreign;
pub use foreign::{IdentityServer, Verifying, is_foreign_id};
pub use keys::{Keys, rotate_keys, web_push_secret};
pub(crate) use keys::{MAC, cursor_key, mac};
pub use operator::operator;
pub use password::{hash_password, needs_rehash, verify_nobody, verify_password};
pub use session::{
    FoundSession, Issued, MAX_SESSIONS, REFRESH_LIFETIME, check_session, issue, revoke, revoke_all,
    rotate, session_query,
};
pub use token::{ACCESS_LIFETIME, Claims, jwks, verify};

/// Somebody signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The user's id.
    pub user_id: String,
    /// The session that the token belongs to.
    pub session_id: String,
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
