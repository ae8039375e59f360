//! Sessions: devices that are signed in.

use crate::{Collection, Timestamp};

/// A device that is signed in. Refreshing it replaces the token; an old one that comes back later than a minute after
/// that is stolen, and ends the session.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "systemDB", id = "sessions", name = "Sessions", system)]
#[access(server = "Secret: it holds the hashes of refresh tokens.")]
#[retention(until(expires_at), job = "retention")]
#[index(idx_user(user_id, last_used_at))]
#[index(idx_expires(expires_at))]
pub struct Session {
    /// Id of the document.
    pub id: String,
    /// User who signed in.
    #[attr(size = 36)]
    pub user_id: String,
    /// SHA-256 of the refresh token in force, hexadecimal.
    #[attr(size = 64)]
    pub refresh_hash: String,
    /// SHA-256 of the refresh token before it, hexadecimal.
    #[attr(size = 64)]
    pub previous_refresh_hash: Option<String>,
    /// Name the user gave the device, for the list of sessions.
    #[attr(size = 100, text = Name)]
    pub device: Option<String>,
    /// The client's own name, as its header `User-Agent` gives it.
    #[attr(size = 500)]
    pub user_agent: Option<String>,
    /// Address it last came from.
    #[attr(ip)]
    pub ip_address: Option<String>,
    /// When the user signed in.
    pub created_at: Timestamp,
    /// When it was last used, to a few minutes.
    pub last_used_at: Timestamp,
    /// When it ends unless refreshed.
    pub expires_at: Timestamp,
    /// When the refresh token was last replaced.
    pub refreshed_at: Option<Timestamp>,
}
