//! Counters that keep one caller from taking everybody's share.

use crate::{Collection, Timestamp};

/// The uses of one allowance by one caller in one window. In the store because Wasm instances share
/// no memory.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "systemDB", id = "rateLimits", name = "Rate limits", system)]
#[access(server = "Counters of the server's; with them a user would know how far to go.")]
#[retention(until(expires_at), job = "retention")]
#[index(unique idx_bucket(bucket))]
#[index(idx_expires(expires_at))]
pub struct RateLimit {
    /// Id of the document.
    pub id: String,
    /// Name of the counter: the counted thing and the caller, such as `send:` with the user's id;
    /// mostly followed by `@` and the start of the window.
    #[attr(size = 256)]
    pub bucket: String,
    /// When the window being counted began.
    pub window_start: Timestamp,
    /// Number of uses within the window.
    #[attr(min = 0)]
    pub count: i64,
    /// When the counter means nothing any more.
    pub expires_at: Timestamp,
}
