//! A device that subscribes and decrypts.

use std::sync::Once;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ece::crypto::EcKeyComponents;
use p256::SecretKey;
use serde_json::{Value, json};

use super::crypto::{Crypto, fresh, point};

/// A browser on somebody's device.
pub struct Device {
    /// Its address at the push service.
    pub endpoint: String,
    key: SecretKey,
    auth: [u8; 16],
}

impl Device {
    /// A device with this address and keys of its own.
    pub fn new(endpoint: &str) -> Self {
        static READY: Once = Once::new();
        READY.call_once(|| ece::crypto::set_cryptographer(&Crypto).expect("the first"));
        let mut auth = [0; 16];
        getrandom::fill(&mut auth).expect("randomness");
        Self {
            endpoint: endpoint.to_owned(),
            key: fresh(),
            auth,
        }
    }

    /// The subscription, as the browser's `PushSubscription.toJSON()` gives it.
    pub fn subscription(&self) -> Value {
        json!({
            "endpoint": self.endpoint,
            "expirationTime": null,
            "keys": {
                "p256dh": URL_SAFE_NO_PAD.encode(point(&self.key.public_key())),
                "auth": URL_SAFE_NO_PAD.encode(self.auth),
            },
        })
    }

    /// The text of a push, by Mozilla's implementation of RFC 8291; panics when it is not for this device.
    pub fn decrypt(&self, body: &[u8]) -> Value {
        let secret = self.key.to_bytes().to_vec();
        let pair = EcKeyComponents::new(secret, point(&self.key.public_key()));
        let text = ece::decrypt(&pair, &self.auth, body).expect("a push for this device");
        serde_json::from_slice(&text).expect("JSON")
    }
}
