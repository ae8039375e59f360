//! Devices that want pushes.

use crate::{Collection, Timestamp};

/// Where a device of a user gets pushes (Web Push, RFC 8030).
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "pushSubscriptions",
    name = "Push subscriptions",
    system
)]
#[access(server = "Secret: it holds addresses and secrets of devices.")]
#[retention(until(expires_at), job = "notification-push")]
#[retention(forever = "A device, until it signs out or the push service disowns it.")]
#[index(idx_user(user_id))]
#[index(idx_expires(expires_at))]
pub struct PushSubscription {
    /// Id of the document: a hash of the endpoint, so that a device has one.
    pub id: String,
    /// User who is signed in on the device.
    #[attr(size = 36)]
    pub user_id: String,
    /// Session that made it: when that ends, nothing is pushed any more. None for those made before this was kept.
    #[attr(size = 36)]
    pub session_id: Option<String>,
    /// Address at the push service. It is a secret, as knowing it is enough to push: it is never logged.
    #[attr(size = 2000)]
    pub endpoint: String,
    /// The device's public key (P-256, uncompressed, base64url).
    #[attr(size = 100)]
    pub p256dh: String,
    /// The secret shared with the device (16 bytes, base64url).
    #[attr(size = 30)]
    pub auth: String,
    /// The user's name for the device.
    #[attr(size = 100, text = Name)]
    pub device_name: Option<String>,
    /// When the push service ends it; none if it doesn't say.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the push service last took something for it.
    pub last_pushed_at: Option<Timestamp>,
}
