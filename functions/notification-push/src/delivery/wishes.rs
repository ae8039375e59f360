//! What users want to hear of, and when.

use std::collections::BTreeMap;

use whisper_schema::Timestamp;
use whisper_schema::prelude::{
    Column, NotificationKind, NotificationPriority, NotificationSettings, Profile,
};
use whisper_store::{Doc, Filter, Query};

use crate::{quiet, settings};

/// The wishes of those users who have any, and their time zones.
#[derive(Default)]
pub struct Wishes {
    settings: BTreeMap<String, NotificationSettings>,
    zones: BTreeMap<String, String>,
}

/// What to read of so few users that one statement may ask about them.
pub fn of(users: &[&str]) -> (Query<NotificationSettings>, Query<Profile>) {
    let limit = u32::try_from(users.len()).unwrap_or(u32::MAX).max(1);
    let ids = || users.iter().copied();
    let wishes = Query::new().filter(Filter::is_in(Column::id(), ids()));
    let profiles = Query::new().filter(Filter::is_in(Column::id(), ids()));
    (wishes.limit(limit), profiles.limit(limit))
}

impl Wishes {
    /// Puts in what was read.
    pub fn add(&mut self, wishes: Vec<Doc<NotificationSettings>>, profiles: Vec<Doc<Profile>>) {
        let wishes = wishes.into_iter().map(Doc::into_inner);
        self.settings.extend(wishes.map(|w| (w.id.clone(), w)));
        let profiles = profiles.into_iter().map(Doc::into_inner);
        self.zones
            .extend(profiles.filter_map(|p| Some((p.id, p.timezone?))));
    }

    /// Puts in those of others.
    pub fn extend(&mut self, others: Wishes) {
        self.settings.extend(others.settings);
        self.zones.extend(others.zones);
    }

    /// Whether somebody is to be told something of one of these kinds now: not when all of the kinds are muted,
    /// pushes are off, or it is to be quiet and the matter isn't urgent.
    pub fn allow(
        &self,
        user: &str,
        kinds: &[NotificationKind],
        priority: NotificationPriority,
        now: Timestamp,
    ) -> bool {
        let at_first = settings::at_first();
        let wanted = self.settings.get(user).unwrap_or(&at_first);
        let is_muted =
            |kind: &NotificationKind| wanted.muted_kinds.iter().any(|m| m == kind.as_str());
        let zone = self.zones.get(user).map(String::as_str);
        let is_quiet = || quiet::is_quiet(wanted, zone, now);
        let all_muted = !kinds.is_empty() && kinds.iter().all(is_muted);
        wanted.push_enabled
            && !all_muted
            && (priority == NotificationPriority::Urgent || !is_quiet())
    }
}
