//! A push that waits to be sent.

use serde_json::Value;
use whisper_kit::ids::derived_id;
use whisper_schema::Timestamp;
use whisper_schema::prelude::{NotificationPriority, Push, PushStatus};

use crate::web_push::message::{lifetime, topic};

/// What a device is to be told.
pub struct Told<'a> {
    /// What it is about, such as `message` and its id: nothing is pushed twice to a device about one subject.
    pub subject: &'a str,
    /// The entry of `messageQueue` that it belongs to, for a message.
    pub queue_id: Option<&'a str>,
    /// A JSON object of ids.
    pub payload: &'a Value,
    /// How much it matters.
    pub priority: NotificationPriority,
}

impl Told<'_> {
    /// The push for one device.
    pub fn to(&self, user: &str, device: &str, now: Timestamp) -> Push {
        let kept = i64::try_from(lifetime(self.priority).as_millis()).unwrap_or(i64::MAX);
        Push {
            id: derived_id(&["push", device, self.subject]),
            subscription_id: device.to_owned(),
            user_id: user.to_owned(),
            queue_id: self.queue_id.map(str::to_owned),
            payload: self.payload.to_string(),
            priority: self.priority,
            topic: Some(topic(self.subject)),
            status: PushStatus::Pending,
            attempts: 0,
            due_at: now,
            expires_at: now.plus(kept),
            error: None,
            created_at: Timestamp::AT_COMMIT,
        }
    }
}
