//! Addresses that were signed for one user: for the pictures and players of browsers, which send no token.
//!
//! The signature says for whom the address was made and until when, and nothing about whether they may read the file: that is asked
//! at each read, as with their token. So whatever takes their right away takes the address with it.

use whisper_kit::Ctx;
use whisper_kit::auth::{SIGNATURE, Signing};
use whisper_kit::error::Result;
use whisper_schema::Timestamp;

/// The purpose of the key.
const PURPOSE: &str = "file address";
/// Milliseconds in which addresses of the same file for the same user are the same text, so that browsers know what they have: 10 minutes. An
/// address is good for longer than one such window, and for no longer than two.
const WINDOW: i64 = 10 * 60 * 1000;

/// An address of a file as it came in: for whom it says it was signed, until when, and the signature.
#[derive(Clone, Copy, Debug)]
pub struct Address<'a> {
    /// The file.
    pub file: &'a str,
    /// The user.
    pub user: &'a str,
    /// Its end, in seconds since 1970.
    pub expires: i64,
    /// The signature.
    pub signature: &'a str,
}

impl Address<'_> {
    /// Whether this server signed it, and its end hasn't come.
    ///
    /// # Errors
    /// The store's, when the key has to be read.
    pub async fn is_good(&self, ctx: &Ctx) -> Result<bool> {
        if self.signature.len() != SIGNATURE
            || self.expires.saturating_mul(1000) <= ctx.now().as_millis()
        {
            return Ok(false);
        }
        let key = Signing::of(ctx, PURPOSE).await?;
        let expires = self.expires.to_string();
        Ok(key.is_signed(&[self.file, self.user, &expires], self.signature))
    }
}

/// Signs addresses for one user.
#[derive(Clone)]
pub struct Addresses {
    key: Signing,
    user: String,
    /// Their end, in seconds since 1970.
    expires: i64,
}

impl Addresses {
    /// Signs for the user who gets the answer.
    ///
    /// # Errors
    /// The store's, when the key has to be read: once in an instance.
    pub async fn of(ctx: &Ctx, viewer: &str) -> Result<Self> {
        Ok(Self {
            key: Signing::of(ctx, PURPOSE).await?,
            user: viewer.to_owned(),
            expires: end(ctx.now()),
        })
    }

    /// The address of a file's content: a path, for the origin of the API.
    pub fn url(&self, file: &str) -> String {
        let expires = self.expires.to_string();
        let signature = self.key.sign(&[file, &self.user, &expires]);
        let user = &self.user;
        format!("/v1/files/{file}/content?user={user}&expires={expires}&sig={signature}")
    }

    /// When these addresses end.
    pub fn end(&self) -> Timestamp {
        Timestamp::from_millis(self.expires * 1000)
    }
}

/// The end of addresses that are made now, in seconds since 1970.
fn end(now: Timestamp) -> i64 {
    (now.as_millis().div_euclid(WINDOW) + 2) * WINDOW / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_good_for_ten_to_twenty_minutes() {
        let minute = 60_000;
        for (now, expires) in [
            (0, 20),
            (minute, 20),
            (10 * minute - 1, 20),
            (10 * minute, 30),
        ] {
            assert_eq!(end(Timestamp::from_millis(now)), expires * 60, "{now}");
        }
    }
}
