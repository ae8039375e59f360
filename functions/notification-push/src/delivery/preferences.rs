//! Users' settings and time zones: whether a push is wanted now.

use std::collections::BTreeMap;

use whisper_people::by_ids;
use whisper_schema::Timestamp;
use whisper_schema::prelude::{
    NotificationKind, NotificationPriority, NotificationSettings, Profile,
};
use whisper_store::{Answers, Doc, Query, Questions, ReadSet, StoreError};

use crate::{quiet, settings};

/// The settings of those users who have any, and their time zones.
#[derive(Default)]
pub struct Preferences {
    settings: BTreeMap<String, NotificationSettings>,
    zones: BTreeMap<String, String>,
}

/// Asks for the preferences of users; gives [`Preferences`]. Without any it asks nothing.
pub fn preferences<'a>(users: impl IntoIterator<Item = &'a str> + Clone) -> Asking {
    Asking((by_ids(users.clone()), by_ids(users)))
}

/// See [`preferences`].
pub struct Asking((Vec<Query<NotificationSettings>>, Vec<Query<Profile>>));

impl ReadSet for Asking {
    type Output = Preferences;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.0.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Preferences, StoreError> {
        let (settings, profiles) = self.0.take(answers)?;
        let settings = settings.into_iter().flatten().map(Doc::into_inner);
        let profiles = profiles.into_iter().flatten().map(Doc::into_inner);
        let zones = profiles.filter_map(|profile| Some((profile.id, profile.timezone?)));
        Ok(Preferences {
            settings: settings.map(|s| (s.id.clone(), s)).collect(),
            zones: zones.collect(),
        })
    }
}

impl Preferences {
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
