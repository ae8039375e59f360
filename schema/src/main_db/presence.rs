//! Presence: whether users are connected.

use crate::{Collection, Timestamp, choices};

choices! {
    /// Whether a user is there.
    pub enum PresenceStatus {
        /// Connected and active.
        Online = "online",
        /// Connected, but idle.
        Away = "away",
        /// Connected, but not to be disturbed.
        Busy = "busy",
        /// Not connected.
        Offline = "offline",
    }
}

/// Whether a user is there. It is void once expired: a device that vanished is offline.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "mainDB", id = "presence", name = "Presence")]
#[access(readers(user_id))]
#[retention(forever = "One document for each user.")]
#[index(unique idx_userId_unique(user_id))]
#[index(idx_status(status))]
pub struct Presence {
    /// Id of the document.
    pub id: String,
    /// User it is about; one document each.
    #[attr(size = 256)]
    pub user_id: String,
    /// Whether they are there.
    pub status: PresenceStatus,
    /// Device last heard from, such as `ios` or `web`.
    #[attr(size = 50)]
    pub device: Option<String>,
    /// When a device was last heard from.
    pub last_seen: Timestamp,
    /// When they count as offline unless heard from again.
    pub expires_at: Timestamp,
}
