//! Keys the server signs with.

use crate::{Collection, Timestamp, choices};

choices! {
    /// The use of a key: signatures, encryption, or derived ids.
    pub enum SigningKeyPurpose {
        /// Access tokens.
        AccessToken = "access_token",
        /// Cursors of lists.
        Cursor = "cursor",
        /// Ids that follow from the subject of a document, and that only the server can compute.
        Id = "id",
        /// Requests to push services (VAPID, RFC 8292).
        WebPush = "web_push",
    }
}

/// A key made at first start, so that there is no default secret to forget.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "signingKeys",
    name = "Signing keys",
    system
)]
#[access(server = "Secret: it holds the keys that the server signs with.")]
#[retention(forever = "A handful; signatures and cursors of old keys are checked by them.")]
#[index(idx_purpose(purpose))]
pub struct SigningKey {
    /// Id of the document; for access tokens the `kid`.
    pub id: String,
    /// The use of the key.
    pub purpose: SigningKeyPurpose,
    /// Algorithm, as JOSE names it.
    #[attr(size = 20)]
    pub algorithm: String,
    /// The secret, base64url.
    #[attr(size = 200)]
    pub secret: String,
    /// The public half, base64url; none for a symmetric key.
    #[attr(size = 200)]
    pub public_key: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stopped signing; tokens that it signed stay valid to their end.
    pub retired_at: Option<Timestamp>,
}
