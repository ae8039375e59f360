//! A push that waits to be sent.

use std::collections::BTreeSet;

use serde_json::Value;
use whisper_kit::ids::{derived_id, member_id};
use whisper_kit::{Ctx, Result};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Column, NotificationKind, NotificationPriority, Push, PushStatus};
use whisper_store::Filter;

use crate::web_push::message::{lifetime, topic};

/// How many ids one statement asks for.
const IDS: usize = 500;

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

/// What a push is about, as its payload says.
pub struct About {
    /// Kinds of which one has to be wanted.
    pub kinds: Vec<NotificationKind>,
    /// For a message: the membership of whom it is pushed to.
    pub membership: Option<String>,
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
        let conversation = payload["conversationId"].as_str();
        let conversation = conversation.filter(|_| kinds.contains(&NotificationKind::Message));
        Self {
            membership: conversation.map(|id| member_id(id, &push.user_id)),
            kinds,
        }
    }
}

/// Ids of those of these pushes that are there already.
///
/// # Errors
/// The store's.
pub async fn known(ctx: &Ctx, pushes: &[Push]) -> Result<BTreeSet<String>> {
    let mut known = BTreeSet::new();
    for some in pushes.chunks(IDS) {
        let ids = some.iter().map(|push| push.id.as_str());
        let there = ctx.store().await?.find::<Push>();
        let there = there.filter(Filter::is_in(Column::id(), ids));
        let there = there.limit(IDS as u32).page().await?;
        known.extend(there.items.into_iter().map(|push| push.into_inner().id));
    }
    Ok(known)
}
