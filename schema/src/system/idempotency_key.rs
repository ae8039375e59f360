//! Requests that were answered, so that a retry gets the same answer.

use crate::{Collection, Timestamp};

/// The answer to a request with an `Idempotency-Key`, committed together with its effect.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "idempotencyKeys",
    name = "Idempotency keys",
    system
)]
#[access(server = "Whole answers of the API, kept for a retry with the same key.")]
#[retention(until(expires_at), job = "retention")]
#[index(unique idx_user_route_key(user_id, route, key))]
#[index(idx_expires(expires_at))]
pub struct IdempotencyKey {
    /// Id of the document.
    pub id: String,
    /// User who asked; keys of different users never meet.
    #[attr(size = 36)]
    pub user_id: String,
    /// Operation that was asked for.
    #[attr(size = 200)]
    pub route: String,
    /// The key the client chose.
    #[attr(size = 255)]
    pub key: String,
    /// SHA-256 of the request's body, hexadecimal: the same key with another body is a mistake.
    #[attr(size = 64)]
    pub body_hash: String,
    /// HTTP status of the answer.
    #[attr(min = 100, max = 599)]
    pub status: i64,
    /// The answer's headers and body, and the places in the body where the time of the commit stands: a JSON object.
    #[attr(size = 1048576)]
    pub response: String,
    /// When it was answered.
    pub created_at: Timestamp,
    /// When the key is forgotten.
    pub expires_at: Timestamp,
}
