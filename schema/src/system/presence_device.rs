//! Devices that say whether their user is there.

use crate::{Collection, Timestamp, choices};

choices! {
    /// Whether a user is at a device of theirs.
    pub enum DeviceStatus {
        /// Active there.
        Online = "online",
        /// Connected, but idle.
        Away = "away",
        /// Not to be disturbed.
        Busy = "busy",
        /// Connected, but the device doesn't count.
        Invisible = "invisible",
    }
}

/// A device of a user, which is a session of theirs, and whether they are there by its word. `presence` has the sum of all of them.
/// The id is a hash of user and session.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "presenceDevices",
    name = "Devices of those who are there",
    system
)]
#[access(server = "It tells that somebody is there who wants to be invisible.")]
#[retention(until(expires_at), job = "retention")]
#[index(idx_user_counts(user_id, counts_until))]
#[index(idx_expires(expires_at))]
pub struct PresenceDevice {
    /// Id of the document: a hash of user and session.
    pub id: String,
    /// User whose device it is.
    #[attr(size = 36)]
    pub user_id: String,
    /// Whether they are there, by its word.
    #[attr(default = DeviceStatus::Online)]
    pub status: DeviceStatus,
    /// Its kind, such as `ios` or `web`, if it said.
    #[attr(size = 50, text = Name)]
    pub device: Option<String>,
    /// Until when it counts, unless it is kept up.
    pub counts_until: Timestamp,
    /// When its word is forgotten, a day after it was last kept up.
    pub expires_at: Timestamp,
}
