//! The rules by which the fields of a profile are shown.

mod presence;

use serde_json::{Map, Value};
use whisper_schema::prelude::{Choice, Profile, ProfileStatus, StoryAudience};
use whisper_schema::{Rule, UnknownChoice, choices};

use presence::LAST_SEEN;
pub(crate) use presence::presence_settings;
pub use presence::{LastSeenAudience, LastSeenDetail, PresenceRights, shown_status};

choices! {
    /// The people who may see a part of a profile.
    pub enum Audience {
        /// Everybody who is signed in.
        Everyone = "everyone",
        /// Users with whom the following is mutual.
        Friends = "friends",
        /// Only its owner.
        Nobody = "nobody",
    }
}

choices! {
    /// The people who may do something to somebody.
    pub enum Circle {
        /// Everybody who is signed in.
        Everyone = "everyone",
        /// Users whom they keep as a contact, or follow.
        Contacts = "contacts",
        /// Nobody.
        Nobody = "nobody",
    }
}

choices! {
    /// Whether somebody tells that they read, and is told so by others.
    pub enum ReadReceipts {
        /// They tell, and are told.
        Everyone = "everyone",
        /// They don't tell, and aren't told.
        Nobody = "nobody",
    }
}

/// The key of the setting that says who may write to somebody.
pub const MESSAGES: &str = "messages";
/// The key of the setting that says who may add somebody to groups.
pub const GROUPS: &str = "groups";

/// The key of the setting that says who may ask somebody to be contacts.
pub const CONTACT_REQUESTS: &str = "contactRequests";

/// The keys of the settings that say who may find somebody by a verified e-mail address, and by a verified phone number.
pub const FIND_BY_EMAIL: &str = "findByEmail";
/// See [`FIND_BY_EMAIL`].
pub const FIND_BY_PHONE: &str = "findByPhone";

/// The key of the setting that turns read receipts off.
pub const READ_RECEIPTS: &str = "readReceipts";

/// Whether somebody, whose profile was asked for, tells others that they read, and is told so by others. Where the settings
/// can't be read they neither tell nor are told; without a profile the defaults hold.
pub fn tells_of_reading(profile: Option<&Profile>) -> bool {
    let Some(profile) = profile else {
        return true;
    };
    let Settings(Some(settings)) = Settings::of(profile) else {
        return false;
    };
    settings.get(READ_RECEIPTS).is_none_or(|value| {
        let value = value.as_str().and_then(ReadReceipts::parse);
        value == Some(ReadReceipts::Everyone)
    })
}

/// The things that somebody lets others do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The people who may write to them.
    pub messages: Circle,
    /// The people who may add them to groups.
    pub groups: Circle,
    /// The people who may ask them to be contacts.
    pub contact_requests: Circle,
    /// The people who may find them by a verified e-mail address; none if they don't say.
    pub find_by_email: Circle,
    /// The people who may find them by a verified phone number; none if they don't say.
    pub find_by_phone: Circle,
}

/// The permissions that the owner of a profile gives to others. Settings that can't be read give no permission.
pub fn consent(profile: &Profile) -> Consent {
    let settings = Settings::of(profile);
    let unless_told = |key| settings.circle(key, Circle::Everyone);
    let if_told = |key| settings.circle(key, Circle::Nobody);
    Consent {
        messages: unless_told(MESSAGES),
        groups: unless_told(GROUPS),
        contact_requests: unless_told(CONTACT_REQUESTS),
        find_by_email: if_told(FIND_BY_EMAIL),
        find_by_phone: if_told(FIND_BY_PHONE),
    }
}

/// A setting: its key, the fields it governs, and the audience that sees them by default.
struct Setting {
    key: &'static str,
    fields: &'static [&'static str],
    default: Audience,
}

const fn setting(key: &'static str, fields: &'static [&'static str], default: Audience) -> Setting {
    Setting {
        key,
        fields,
        default,
    }
}

/// The setting that governs everything but [`ALWAYS`].
const PROFILE: &str = "profile";

/// The key of the setting that says who sees whether somebody is there.
const ONLINE_STATUS: &str = "onlineStatus";

/// All settings but [`PROFILE`].
const SETTINGS: &[Setting] = &[
    setting(LAST_SEEN, &["lastSeen"], Audience::Everyone),
    setting(ONLINE_STATUS, &["isOnline", "status"], Audience::Everyone),
    setting("statusMessage", &["statusMessage"], Audience::Everyone),
    setting("email", &["email"], Audience::Nobody),
    setting("phone", &["phone"], Audience::Nobody),
    setting("location", &["location", "timezone"], Audience::Everyone),
    setting("bio", &["bio", "tagline"], Audience::Everyone),
    setting("website", &["website"], Audience::Everyone),
    setting("socialLinks", &["socialLinks"], Audience::Everyone),
    setting("interests", &["interests"], Audience::Everyone),
    setting("languages", &["languages"], Audience::Everyone),
];

/// Fields that everybody sees who isn't blocked: enough to tell one person from another.
pub const ALWAYS: &[&str] = &["id", "username", "displayName", "avatarUrl"];

/// Fields that go with the profile as a whole, without a setting of their own.
const WITH_PROFILE: &[&str] = &[
    "userId",
    "avatarFileId",
    "coverImageUrl",
    "coverImageFileId",
    "isVerified",
    "isPremium",
    "reputationScore",
    "level",
    "xp",
    "streakDays",
    "badges",
    "createdAt",
];

/// Every field that others can get to see.
pub fn visible_fields() -> impl Iterator<Item = &'static str> {
    let governed = SETTINGS.iter().flat_map(|setting| setting.fields);
    ALWAYS.iter().chain(WITH_PROFILE).chain(governed).copied()
}

/// The keys a settings object may have, each with the values it takes.
pub fn setting_keys() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let shown = std::iter::once(PROFILE).chain(SETTINGS.iter().map(|setting| setting.key));
    let shown = shown.map(|key| match key {
        LAST_SEEN => (key, LastSeenAudience::ELEMENTS),
        key => (key, Audience::ELEMENTS),
    });
    let circles = [
        MESSAGES,
        GROUPS,
        CONTACT_REQUESTS,
        FIND_BY_EMAIL,
        FIND_BY_PHONE,
    ];
    shown
        .chain(circles.map(|key| (key, Circle::ELEMENTS)))
        .chain([(READ_RECEIPTS, ReadReceipts::ELEMENTS)])
}

/// Checks a settings object that somebody sent: the keys that are wrong, each with the rule it breaks and why.
pub fn check(settings: &Map<String, Value>) -> Vec<(&str, Rule, String)> {
    let wrong = settings.iter().filter_map(|(key, value)| {
        let Some((_, values)) = setting_keys().find(|(known, _)| known == key) else {
            return Some((
                key.as_str(),
                Rule::Unknown,
                "is no privacy setting".to_owned(),
            ));
        };
        let fits = value.as_str().is_some_and(|text| values.contains(&text));
        (!fits).then(|| {
            (
                key.as_str(),
                Rule::Enum,
                UnknownChoice::new(values).to_string(),
            )
        })
    });
    wrong.collect()
}

/// The relation of somebody to the owner of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// The owner.
    Owner,
    /// The following is mutual.
    Friend,
    /// Anybody else who is signed in.
    Stranger,
    /// One of the two blocked the other.
    Blocked,
}

impl Viewer {
    fn belongs_to(self, audience: Audience) -> bool {
        match self {
            Viewer::Owner => true,
            Viewer::Friend => audience != Audience::Nobody,
            Viewer::Stranger => audience == Audience::Everyone,
            Viewer::Blocked => false,
        }
    }
}

impl From<StoryAudience> for Viewer {
    /// Friends and blocked people are told by the same rule as for stories.
    fn from(audience: StoryAudience) -> Self {
        match audience {
            StoryAudience::Author => Viewer::Owner,
            StoryAudience::Blocked => Viewer::Blocked,
            StoryAudience::Other { friend: true, .. } => Viewer::Friend,
            StoryAudience::Other { friend: false, .. } => Viewer::Stranger,
        }
    }
}

/// Whether the profile as a whole is for the viewer, and not just [`ALWAYS`].
pub fn is_shown(viewer: Viewer, profile: &Profile) -> bool {
    viewer.belongs_to(Settings::of(profile).audience(PROFILE, Audience::Everyone))
}

/// The audiences an owner chose.
struct Settings(Option<Map<String, Value>>);

impl Settings {
    fn of(profile: &Profile) -> Self {
        match &profile.privacy_settings {
            None => Settings(Some(Map::new())),
            Some(text) => Settings(serde_json::from_str(text).ok()),
        }
    }

    /// Settings that can't be read show nothing: the owner wanted something hidden.
    fn audience(&self, key: &str, default: Audience) -> Audience {
        let Some(settings) = &self.0 else {
            return Audience::Nobody;
        };
        match settings.get(key) {
            None => default,
            Some(value) => value
                .as_str()
                .and_then(Audience::parse)
                .unwrap_or(Audience::Nobody),
        }
    }

    fn circle(&self, key: &str, default: Circle) -> Circle {
        let Some(settings) = &self.0 else {
            return Circle::Nobody;
        };
        match settings.get(key) {
            None => default,
            Some(value) => value
                .as_str()
                .and_then(Circle::parse)
                .unwrap_or(Circle::Nobody),
        }
    }
}

/// The fields of `profile` that the viewer may see, as they may see them.
pub fn seen_by(
    viewer: Viewer,
    profile: &Profile,
    mut document: Map<String, Value>,
) -> Map<String, Value> {
    let settings = Settings::of(profile);
    let mut visible: Vec<&str> = ALWAYS.to_vec();
    if is_shown(viewer, profile) {
        visible.extend(WITH_PROFILE);
        for setting in SETTINGS {
            if viewer.belongs_to(settings.audience(setting.key, setting.default)) {
                visible.extend(setting.fields);
            }
        }
    }
    document.retain(|key, _| visible.contains(&key.as_str()));
    if profile.status == ProfileStatus::Invisible && viewer != Viewer::Owner {
        hide_presence(&mut document);
    }
    document
}

/// Makes somebody who wants to be invisible look offline; a fresh `lastSeen` would betray them.
fn hide_presence(document: &mut Map<String, Value>) {
    document.remove("lastSeen");
    if document.contains_key("status") {
        document.insert("status".into(), ProfileStatus::Offline.into());
        document.insert("isOnline".into(), false.into());
    }
}

#[cfg(test)]
#[path = "privacy_tests.rs"]
mod tests;
