//! A push that waits to be sent.

use std::collections::BTreeSet;

use serde_json::Value;
use whisper_kit::ids::derived_id;
use whisper_kit::{Ctx, Result};
use whisper_people::by_ids;
use whisper_schema::Timestamp;
use whisper_schema::prelude::{NotificationKind, NotificationPriority, Push, PushStatus};

use crate::web_push::message::{lifetime, topic};

/// News for devices.
pub struct Told<'a> {
    /// Its subject, such as `message` and its id: nothing is pushed twice to a device about one subject.
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
            expires_at: now.plus(lifetime(self.priority)),
            error: None,
            created_at: Timestamp::AT_COMMIT,
        }
    }
}

/// The subject of a push, as its payload says.
#[derive(Default)]
pub struct About {
    /// Kinds of which one has to be wanted.
    pub kinds: Vec<NotificationKind>,
    /// The message that it tells of.
    pub message: Option<String>,
    /// The notification that it tells of.
    pub notification: Option<String>,
}

impl About {
    /// Reads it.
    pub fn of(push: &Push) -> Self {
        let payload: Value = serde_json::from_str(&push.payload).unwrap_or_default();
        let all = NotificationKind::ALL.iter().copied();
        let mut kinds: Vec<_> = all
            .filter(|kind| payload["type"] == kind.as_str())
            .collect();
        if payload["mentioned"] == true {
            kinds.push(NotificationKind::Mention);
        }
        let id = |key: &str| payload[key].as_str().map(str::to_owned);
        let notification = id("notificationId");
        Self {
            kinds,
            message: id("messageId").filter(|_| notification.is_none()),
            notification,
        }
    }
}

/// Ids of the pushes of these that are there already.
///
/// # Errors
/// The store's.
pub async fn known(ctx: &Ctx, pushes: &[Push]) -> Result<BTreeSet<String>> {
    let there = by_ids::<Push>(pushes.iter().map(|push| push.id.as_str()));
    let there = ctx.read(there).await?.into_iter().flatten();
    Ok(there.map(|push| push.into_inner().id).collect())
}
