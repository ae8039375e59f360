//! The server's keys, as an instance remembers them.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use ed25519_dalek::{SigningKey as Ed25519, VerifyingKey};
use whisper_schema::Timestamp;

use super::claims::Claims;

/// How many verified tokens an instance remembers.
const REMEMBERED: usize = 1024;

/// A key for access tokens.
pub(crate) struct TokenKey {
    /// Key id, as in the token's header and in the JWKS.
    pub kid: String,
    /// The private half.
    pub signing: Ed25519,
    /// The public half.
    pub verifying: VerifyingKey,
    /// Since when it no longer signs; it verifies until its last token has expired.
    pub retired_at: Option<Timestamp>,
}

/// The server's keys, as far as an instance knows them.
#[derive(Default)]
pub struct Keys {
    pub(crate) tokens: RefCell<Option<Rc<Vec<TokenKey>>>>,
    pub(crate) read_at: Cell<i64>,
    pub(crate) cursor: RefCell<Option<Rc<[u8; 32]>>>,
    pub(crate) id: RefCell<Option<Rc<[u8; 32]>>>,
    pub(crate) verified: RefCell<HashMap<[u8; 32], Claims>>,
}

impl Keys {
    /// The claims of a token that was verified before, by its SHA-256.
    pub(crate) fn remembered(&self, digest: &[u8; 32]) -> Option<Claims> {
        self.verified.borrow().get(digest).cloned()
    }

    /// Remembers a verified token; verification is dear in Wasm.
    pub(crate) fn remember(&self, digest: [u8; 32], claims: Claims) {
        let mut verified = self.verified.borrow_mut();
        if verified.len() >= REMEMBERED {
            verified.clear();
        }
        verified.insert(digest, claims);
    }
}
