//! A device as its user sees it: neither its keys nor its address.

use serde::Serialize;
use whisper_schema::Timestamp;
use whisper_schema::prelude::PushSubscription;

/// A device that gets pushes.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PushSubscriptionView {
    /// Id of the subscription.
    pub id: String,
    /// Host of the push service.
    pub host: String,
    /// The user's name for the device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_name: Option<String>,
    /// When the push service ends the subscription; left out if it doesn't say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the push service last took something for it, to an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_pushed_at: Option<Timestamp>,
}

impl From<PushSubscription> for PushSubscriptionView {
    fn from(from: PushSubscription) -> Self {
        let host = from.endpoint.split(['/', '?']).nth(2).unwrap_or_default();
        Self {
            id: from.id,
            host: host.to_owned(),
            device_name: from.device_name,
            expires_at: from.expires_at,
            created_at: from.created_at,
            last_pushed_at: from.last_pushed_at,
        }
    }
}
