//! Secrets that sign the deliveries of webhooks (<https://www.standardwebhooks.com>).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use whisper_kit::auth::{SIGNING_PREFIX, sealing_key};
use whisper_kit::ids::random;
use whisper_kit::sealing::Sealing;
use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{OutgoingWebhook, Timestamp};

const PURPOSE: &str = "webhook secret";

/// A new secret: its 32 bytes, and the text that the receiver's library takes.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn new() -> Result<([u8; 32], String)> {
    let bytes: [u8; 32] = random()?;
    let text = format!("{SIGNING_PREFIX}{}", STANDARD.encode(bytes));
    Ok((bytes, text))
}

/// The server's key for keeping them.
#[derive(Clone, Copy)]
pub struct Keeper([u8; 32]);

impl Keeper {
    /// Reads it.
    ///
    /// # Errors
    /// The store's.
    pub async fn read(ctx: &Ctx) -> Result<Self> {
        sealing_key(ctx, PURPOSE).await.map(Keeper)
    }

    /// A secret as it is kept. It can be opened for this webhook alone.
    ///
    /// # Errors
    /// A fault of the cipher.
    pub fn seal(&self, webhook: &str, secret: &[u8; 32]) -> Result<String> {
        Sealing::new(&self.0, PURPOSE).seal(webhook, secret)
    }

    fn open(&self, webhook: &str, sealed: &str) -> Option<Vec<u8>> {
        Sealing::new(&self.0, PURPOSE).open(webhook, sealed)
    }

    /// The value of `webhook-signature`: by the webhook's secret, and for a day after it was replaced by the former one as well.
    pub fn signatures(
        &self,
        webhook: &OutgoingWebhook,
        signed: &Signed<'_>,
        now: Timestamp,
    ) -> String {
        let is_former_good = webhook.former_until.is_some_and(|until| until > now);
        let former = webhook.former_secret.as_ref().filter(|_| is_former_good);
        let secrets = [Some(&webhook.secret), former].into_iter().flatten();
        let secrets = secrets.filter_map(|sealed| self.open(&webhook.id, sealed));
        let signatures: Vec<String> = secrets.map(|secret| signed.by(&secret)).collect();
        signatures.join(" ")
    }
}

/// The parts of a request that are signed.
pub struct Signed<'a> {
    /// The value of `webhook-id`.
    pub id: &'a str,
    /// The value of `webhook-timestamp`: seconds since 1970.
    pub timestamp: i64,
    /// The body.
    pub body: &'a str,
}

impl Signed<'_> {
    fn by(&self, secret: &[u8]) -> String {
        let mut code = Vec::new();
        // HMAC takes keys of any length.
        if let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(secret) {
            mac.update(format!("{}.{}.{}", self.id, self.timestamp, self.body).as_bytes());
            code.extend(mac.finalize().into_bytes());
        }
        format!("v1,{}", STANDARD.encode(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_the_standard() {
        // The example of the reference implementations.
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = Signed {
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp: 1_614_265_330,
            body: r#"{"test": 2432232314}"#,
        };
        assert_eq!(
            signed.by(&secret),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }
}
