//! Who can be reached: the devices of many users, and what these users want to hear of.

use std::collections::{BTreeMap, BTreeSet};

use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{
    Column, NotificationKind, NotificationPriority, NotificationSettings, Profile, PushSubscription,
};
use whisper_store::{Doc, Filter, Order, Query};

use crate::devices::list::lasting;
use crate::devices::subscribe::MAX_DEVICES;
use crate::{quiet, settings};

/// The most users that one statement asks about.
const USERS: usize = 500;

/// The devices of users, and what these want.
#[derive(Default)]
pub struct Reach {
    devices: BTreeMap<String, Vec<String>>,
    settings: BTreeMap<String, NotificationSettings>,
    zones: BTreeMap<String, String>,
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
                .store()?
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
            let limit = u32::try_from(some.len()).unwrap_or(u32::MAX);
            let ids = || some.iter().copied();
            let wishes = Query::<NotificationSettings>::new()
                .filter(Filter::is_in(Column::id(), ids()))
                .limit(limit);
            let profiles = Query::<Profile>::new()
                .filter(Filter::is_in(Column::id(), ids()))
                .limit(limit);
            let (wishes, profiles) = ctx.store()?.read((wishes, profiles)).await?;
            let wishes = wishes.into_iter().map(Doc::into_inner);
            self.settings.extend(wishes.map(|w| (w.id.clone(), w)));
            let profiles = profiles.into_iter().map(Doc::into_inner);
            self.zones
                .extend(profiles.filter_map(|p| Some((p.id, p.timezone?))));
        }
        Ok(())
    }

    /// The devices of a user that may be told something of one of these kinds now: none when all of the
    /// kinds are muted, pushes are off, or it is to be quiet and the matter isn't urgent.
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
        let at_first = settings::at_first();
        let wanted = self.settings.get(user).unwrap_or(&at_first);
        let is_muted =
            |kind: &NotificationKind| wanted.muted_kinds.iter().any(|m| m == kind.as_str());
        let zone = self.zones.get(user).map(String::as_str);
        let is_quiet =
            priority != NotificationPriority::Urgent && quiet::is_quiet(wanted, zone, ctx.now());
        if !wanted.push_enabled || kinds.iter().all(is_muted) || is_quiet {
            return &[];
        }
        devices
    }
}
