//! A notification as its user sees it.

use serde::Serialize;
use serde_json::{Map, Value};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Notification, NotificationKind, NotificationPriority};

use super::subject::metadata;

/// A notice in the inbox.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct NotificationView {
    /// Id of the notification.
    pub id: String,
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: NotificationKind,
    /// First line.
    pub title: String,
    /// The rest of the words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Where it leads: a path within the apps, or an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_url: Option<String>,
    /// Where its picture is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Ids of the things that it is about; `userId` is the one whose doing it tells of, one of the answer's `users`.
    pub metadata: Map<String, Value>,
    /// Whether the user has seen it.
    pub is_read: bool,
    /// When they saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
    /// How much it matters.
    pub priority: NotificationPriority,
    /// When it is no longer shown; left out if it stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl From<Notification> for NotificationView {
    fn from(from: Notification) -> Self {
        Self {
            metadata: metadata(&from),
            id: from.id,
            kind: from.kind,
            title: from.title,
            body: from.body,
            action_url: from.action_url,
            image_url: from.image_url,
            is_read: from.is_read,
            read_at: from.read_at,
            priority: from.priority,
            expires_at: from.expires_at,
            created_at: from.created_at.unwrap_or_default(),
        }
    }
}
