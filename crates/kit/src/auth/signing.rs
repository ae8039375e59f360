//! Signatures of this server's own, for texts that come back to it through somebody else's hands, such as addresses.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use super::keys::{mac, sealing_key};
use crate::ctx::Ctx;
use crate::error::Result;

/// Characters of a signature: 128 bits of HMAC-SHA256 (RFC 2104), in base64url.
pub const SIGNATURE: usize = 22;

/// A key that signs for one purpose. Made by the server, and never shown.
#[derive(Clone, Copy)]
pub struct Signing([u8; 32]);

impl Signing {
    /// The server's key for this purpose: a signature for another purpose is worth nothing here.
    ///
    /// # Errors
    /// The store's, when the key has to be read: once in an instance.
    pub async fn of(ctx: &Ctx, purpose: &str) -> Result<Self> {
        let key = sealing_key(ctx, &format!("signing {purpose}")).await?;
        Ok(Signing(key))
    }

    /// The signature of these parts. The border between two counts.
    pub fn sign(&self, parts: &[&str]) -> String {
        let mut payload = Vec::new();
        for part in parts {
            payload.extend((part.len() as u64).to_be_bytes());
            payload.extend(part.as_bytes());
        }
        URL_SAFE_NO_PAD.encode(mac(&self.0, "signature", &payload))
    }

    /// Whether a text is the signature of these parts. It takes as long for one as for another.
    pub fn is_signed(&self, parts: &[&str], signature: &str) -> bool {
        let wanted = self.sign(parts);
        bool::from(wanted.as_bytes().ct_eq(signature.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_these_parts_by_this_key_alone() {
        let (key, other) = (Signing([7; 32]), Signing([8; 32]));
        let signature = key.sign(&["ab", "c"]);
        assert_eq!(signature.len(), SIGNATURE);
        assert!(key.is_signed(&["ab", "c"], &signature));
        assert!(!other.is_signed(&["ab", "c"], &signature));
        for parts in [&["a", "bc"][..], &["ab"], &["ab", "c", ""], &["ab", "d"]] {
            assert!(!key.is_signed(parts, &signature), "{parts:?}");
        }
        for wrong in ["", &signature[1..], &format!("{signature}A")] {
            assert!(!key.is_signed(&["ab", "c"], wrong), "{wrong:?}");
        }
    }
}
