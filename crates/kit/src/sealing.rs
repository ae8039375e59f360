//! Texts that only the holder of a key can read, and whose changes are noticed.
//!
//! XChaCha20-Poly1305, with the place that the text stands in as associated data. The nonce is a code of the plaintext (as in
//! RFC 5297), so that the same text in the same place is always sealed alike, and no two texts share a nonce.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use crate::auth::{derived_key, mac256};
use crate::error::{Error, Result};

/// Bytes of a nonce.
const NONCE: usize = 24;

/// A key, for one purpose.
#[derive(Clone, Copy)]
pub struct Sealing<'a> {
    key: &'a [u8; 32],
    purpose: &'a str,
}

impl<'a> Sealing<'a> {
    /// Seals with this key for this purpose: the same key serves others as well.
    pub fn new(key: &'a [u8; 32], purpose: &'a str) -> Self {
        Sealing { key, purpose }
    }

    /// The sealed text, in base64url. It can be opened in this place alone.
    ///
    /// # Errors
    /// A fault of the cipher.
    pub fn seal(self, place: &str, plain: &[u8]) -> Result<String> {
        let nonces = derived_key(self.key, &format!("{} nonce", self.purpose));
        let code = mac256(&nonces, place, plain);
        let nonce = code
            .first_chunk::<NONCE>()
            .ok_or_else(|| Error::internal("a code is too short"))?;
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(*nonce), within(place, plain))
            .map_err(Error::internal)?;
        Ok(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// The text that was sealed in this place; none for anything else.
    pub fn open(self, place: &str, sealed: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
        let cipher = self.cipher();
        cipher
            .decrypt(&XNonce::from(*nonce), within(place, sealed))
            .ok()
    }

    fn cipher(self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&derived_key(self.key, self.purpose).into())
    }
}

fn within<'a>(place: &'a str, msg: &'a [u8]) -> Payload<'a, 'a> {
    Payload {
        msg,
        aad: place.as_bytes(),
    }
}
