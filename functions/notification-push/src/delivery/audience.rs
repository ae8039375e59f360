//! The users who have devices, with their preferences.

use std::collections::{BTreeMap, BTreeSet};

use whisper_kit::Ctx;
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Column, NotificationKind, NotificationPriority, PushSubscription};
use whisper_store::{Doc, Filter, Order, Query};

use super::preferences::Preferences;
use crate::devices::standing::{MAX_DEVICES, lasting};

/// How many rows of devices one question gives.
const ROWS: u32 = 1000;
/// How many users it names: each may have as many devices that are signed out and not forgotten yet.
const USERS: usize = (ROWS / (2 * MAX_DEVICES)) as usize;

/// The questions for the devices of users; no question where there is no user.
pub fn devices_of(users: &BTreeSet<&str>, now: Timestamp) -> Vec<Query<PushSubscription>> {
    let users: Vec<&str> = users.iter().copied().collect();
    users
        .chunks(USERS)
        .map(|some| {
            let some = some.iter().copied();
            Query::new()
                .filter(Filter::is_in(PushSubscription::USER_ID, some))
                .filter(lasting(now))
                .order(Order::asc(Column::seq()))
                .limit(ROWS)
        })
        .collect()
}

/// The devices of users, and their owners' preferences.
#[derive(Default)]
pub struct Audience {
    devices: BTreeMap<String, Vec<String>>,
    /// The preferences of users who have any.
    pub preferences: Preferences,
}

impl Audience {
    /// Makes it of the outcome of [`devices_of`].
    pub fn new(found: Vec<Vec<Doc<PushSubscription>>>) -> Self {
        let mut audience = Audience::default();
        for device in found.into_iter().flatten().map(Doc::into_inner) {
            let of_user = audience.devices.entry(device.user_id).or_default();
            of_user.push(device.id);
        }
        audience
    }

    /// The users who have devices.
    pub fn users(&self) -> BTreeSet<&str> {
        self.devices.keys().map(String::as_str).collect()
    }

    /// Whether a user has any device, with any preferences.
    pub fn has_devices(&self, user: &str) -> bool {
        self.devices.contains_key(user)
    }

    /// The devices of a user that may be told something of one of these kinds now ([`Preferences::allow`]).
    pub fn devices(
        &self,
        ctx: &Ctx,
        user: &str,
        kinds: &[NotificationKind],
        priority: NotificationPriority,
    ) -> &[String] {
        let Some(devices) = self.devices.get(user) else {
            return &[];
        };
        if !self.preferences.allow(user, kinds, priority, ctx.now()) {
            return &[];
        }
        devices
    }
}
