//! The server's identity towards push services (VAPID, RFC 8292): a token for each, signed with the server's key.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::SecretKey;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::json;
use whisper_kit::{Ctx, Error, Result, auth};
use whisper_schema::Timestamp;

use super::encryption::point;

/// Variable with the contact for push services: `mailto:…` or `https://…`. Empty: the tokens name no contact, which the
/// standard allows and Apple's service refuses.
pub const CONTACT: &str = "push_contact";
/// How long a token is good, in seconds. At most a day (RFC 8292, 2).
const LIFETIME: i64 = 23 * 3600;
/// How long it is used, in milliseconds: well within its life, by wrong clocks of others too.
const USED: i64 = 11 * 3600 * 1000;
/// How many push services an instance remembers its tokens for.
const REMEMBERED: usize = 256;

/// The server's key, with tokens that were made with it. Lives as long as an instance.
#[derive(Default)]
pub struct Vapid {
    key: RefCell<Option<Rc<Key>>>,
    tokens: RefCell<BTreeMap<String, (Timestamp, Rc<str>)>>,
}

struct Key {
    signing: SigningKey,
    public: String,
}

impl Vapid {
    /// The public key that devices subscribe with: a point, uncompressed, base64url.
    ///
    /// # Errors
    /// The store's, when the key has to be read.
    pub async fn public_key(&self, ctx: &Ctx) -> Result<String> {
        Ok(self.key(ctx).await?.public.clone())
    }

    /// The value of the Authorization header for a push service.
    ///
    /// # Errors
    /// As [`Vapid::public_key`].
    pub async fn authorization(&self, ctx: &Ctx, origin: &str) -> Result<Rc<str>> {
        let now = ctx.now();
        if let Some((made, token)) = self.tokens.borrow().get(origin) {
            // A clock that was set back makes an old token of it.
            if (0..USED).contains(&(now.as_millis() - made.as_millis())) {
                return Ok(Rc::clone(token));
            }
        }
        let key = self.key(ctx).await?;
        let contact = ctx.config().text(CONTACT).trim();
        let token = token(&key.signing, origin, contact, now);
        let value: Rc<str> = format!("vapid t={token}, k={}", key.public).into();
        let mut tokens = self.tokens.borrow_mut();
        if tokens.len() >= REMEMBERED {
            tokens.clear();
        }
        tokens.insert(origin.to_owned(), (now, Rc::clone(&value)));
        Ok(value)
    }

    async fn key(&self, ctx: &Ctx) -> Result<Rc<Key>> {
        if let Some(key) = self.key.borrow().clone() {
            return Ok(key);
        }
        let read = |secret: &[u8; 32]| SecretKey::from_slice(secret).ok();
        let encode = |key: &SecretKey| URL_SAFE_NO_PAD.encode(point(&key.public_key()));
        let secret = auth::web_push_secret(ctx, |secret| read(secret).map(|k| encode(&k))).await?;
        let secret = read(&secret).ok_or_else(|| Error::internal("the push key is none"))?;
        let key = Rc::new(Key {
            public: encode(&secret),
            signing: SigningKey::from(&secret),
        });
        *self.key.borrow_mut() = Some(Rc::clone(&key));
        Ok(key)
    }
}

/// A token for a push service: `ES256`, as RFC 8292, 2 has it.
fn token(key: &SigningKey, origin: &str, contact: &str, now: Timestamp) -> String {
    let header = json!({"typ": "JWT", "alg": "ES256"});
    let mut claims = json!({"aud": origin, "exp": now.as_millis() / 1000 + LIFETIME});
    if !contact.is_empty() {
        claims["sub"] = contact.into();
    }
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let signature: Signature = key.sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::VerifyingKey;
    use p256::ecdsa::signature::Verifier;

    use super::*;

    fn parts(contact: &str) -> (SigningKey, String, serde_json::Value) {
        let key = SigningKey::from(&super::super::encryption::secret_key().unwrap());
        let now = Timestamp::from_millis(1_767_225_600_000);
        let token = token(&key, "https://push.example.net", contact, now);
        let claims = token.split('.').nth(1).unwrap();
        let claims = URL_SAFE_NO_PAD.decode(claims).unwrap();
        (key, token, serde_json::from_slice(&claims).unwrap())
    }

    #[test]
    fn a_token_names_the_service_and_ends_within_a_day() {
        let (key, token, claims) = parts("mailto:ops@example.com");
        assert_eq!(
            claims,
            json!({"aud": "https://push.example.net", "exp": 1_767_225_600 + 82_800, "sub": "mailto:ops@example.com"})
        );
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        let verifying = VerifyingKey::from(&key);
        assert!(verifying.verify(signed.as_bytes(), &signature).is_ok());
        assert!(verifying.verify(b"other", &signature).is_err());
    }

    #[test]
    fn without_a_contact_none_is_made_up() {
        assert!(parts("").2.get("sub").is_none());
    }
}
