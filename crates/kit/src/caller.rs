//! Somebody who calls: the claims of their token, whether they stand, and the keys that an instance knows.
//!
//! The context of a request ([`crate::ctx`]) is made of these, so nothing here knows it. [`crate::auth`] reads and
//! writes with it.

mod claims;
mod foreign;
mod jwt;
mod keys;
mod standing;

pub use claims::ACCESS_LIFETIME;
pub(crate) use claims::{Claims, ISSUER};
pub(crate) use foreign::Foreign;
pub use foreign::{IdentityServer, Verifying, is_foreign_id};
pub(crate) use jwt::{MAX_TOKEN, bearer, invalid, part};
pub(crate) use keys::{Keys, TokenKey};
pub(crate) use standing::{check, ended, is_anonymous, peculiar, standing};

use crate::ids::is_program_id;

/// Somebody signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The user's id.
    pub user_id: String,
    /// The session that the token belongs to.
    pub session_id: String,
}

impl Caller {
    /// Whether it is a bot.
    pub fn is_bot(&self) -> bool {
        is_program_id(&self.user_id)
    }

    pub(crate) fn of(claims: &Claims) -> Self {
        Self {
            user_id: claims.sub.clone(),
            session_id: claims.sid.clone(),
        }
    }
}
