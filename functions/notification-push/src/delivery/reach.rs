//! Who can be reached: the devices of many users, and what these users want to hear of.

use std::collections::{BTreeMap, BTreeSet};

use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{Column, NotificationKind, NotificationPriority, PushSubscription};
use whisper_store::{Filter, Order};

use super::wishes::{self, Wishes};
use crate::devices::list::lasting;
use crate::devices::subscribe::MAX_DEVICES;

/// The most users that one statement asks about.
const USERS: usize = 500;

/// The devices of users, and what these want.
#[derive(Default)]
pub struct Reach {
    devices: BTreeMap<String, Vec<String>>,
    wishes: Wishes,
}

impl Reach {
    /// Reads it: one statement for the devices, one more for the wishes of those who have any.
    ///
    /// # Errors
    /// The store's.
    pub async fn of(ctx: &Ctx, users: &BTreeSet<&str>) -> Result<Self> {
        let mut reach = Reach::default();
        let users: Vec<&str> = users.iter().copied().collect();
        for some in users.chunks(USERS) {
            let devices = ctx
                .store()
                .await?
                .find::<PushSubscription>()
                .filter(Filter::is_in(
                    PushSubscription::USER_ID,
                    some.iter().copied(),
                ))
                .filter(lasting(ctx.now()))
                .order(Order::asc(Column::seq()))
                .all(some.len() * MAX_DEVICES as usize)
                .await?;
            for device in devices {
                let device = device.into_inner();
                reach
                    .devices
                    .entry(device.user_id)
                    .or_default()
                    .push(device.id);
            }
        }
        reach.read_wishes(ctx).await?;
        Ok(reach)
    }

    async fn read_wishes(&mut self, ctx: &Ctx) -> Result<()> {
        let users: Vec<&str> = self.devices.keys().map(String::as_str).collect();
        for some in users.chunks(USERS) {
            let (wishes, profiles) = ctx.read(wishes::of(some)).await?;
            self.wishes.add(wishes, profiles);
        }
        Ok(())
    }

    /// With what is known of other users.
    #[must_use]
    pub fn and(mut self, others: Reach) -> Self {
        self.devices.extend(others.devices);
        self.wishes.extend(others.wishes);
        self
    }

    /// Whether a user has any device, whatever they want.
    pub fn has_devices(&self, user: &str) -> bool {
        self.devices.contains_key(user)
    }

    /// The devices of a user that may be told something of one of these kinds now ([`Wishes::allow`]).
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
        if !self.wishes.allow(user, kinds, priority, ctx.now()) {
            return &[];
        }
        devices
    }
}
