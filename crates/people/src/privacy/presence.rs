//! The rules by which others see whether somebody is there, and when they last were.

use serde_json::Map;
use whisper_schema::choices;
use whisper_schema::prelude::{PresenceStatus, Profile, ProfileStatus};

use super::{Audience, ONLINE_STATUS, PROFILE, Settings, Viewer};

choices! {
    /// The people who see when somebody was last there.
    pub enum LastSeenAudience {
        /// Everybody who is signed in.
        Everyone = "everyone",
        /// Users with whom the following is mutual.
        Friends = "friends",
        /// Everybody who is signed in, and roughly: within days, a week, a month.
        Recently = "recently",
        /// Only its owner.
        Nobody = "nobody",
    }
}

/// The key of the setting that says who sees when somebody was last there.
pub(super) const LAST_SEEN: &str = "lastSeen";

/// How much somebody sees of when another was last there, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LastSeenDetail {
    /// Nothing.
    Hidden,
    /// Within days, a week, a month.
    Rough,
    /// The time.
    Exact,
}

/// The parts of somebody's presence that another may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PresenceRights {
    /// Whether they see that somebody is there.
    pub status: bool,
    /// How much they see of when somebody was last there. Nothing without `status`: a fresh time would tell that, too.
    pub last_seen: LastSeenDetail,
}

impl PresenceRights {
    /// No right at all.
    pub const NONE: PresenceRights = PresenceRights {
        status: false,
        last_seen: LastSeenDetail::Hidden,
    };

    /// The rights that the owner of a profile gives a viewer. Settings that can't be read give none.
    pub fn of(viewer: Viewer, profile: &Profile) -> Self {
        let settings = Settings::of(profile);
        let sees = |key| viewer.belongs_to(settings.audience(key, Audience::Everyone));
        if !sees(PROFILE) || !sees(ONLINE_STATUS) {
            return PresenceRights::NONE;
        }
        let last_seen = match (viewer, settings.last_seen()) {
            (Viewer::Owner, _) | (_, LastSeenAudience::Everyone) => LastSeenDetail::Exact,
            (Viewer::Friend, LastSeenAudience::Friends) => LastSeenDetail::Exact,
            (_, LastSeenAudience::Recently) => LastSeenDetail::Rough,
            (_, LastSeenAudience::Friends | LastSeenAudience::Nobody) => LastSeenDetail::Hidden,
        };
        PresenceRights {
            status: true,
            last_seen,
        }
    }

    /// The lesser of both: a user sees no more of another than they show to that other.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        PresenceRights {
            status: self.status && other.status,
            last_seen: self.last_seen.min(other.last_seen),
        }
    }
}

/// The status that others see of somebody whose devices say `there`, by the availability that they chose. None where they chose to
/// look as if they weren't there.
pub fn shown_status(chosen: ProfileStatus, there: PresenceStatus) -> Option<PresenceStatus> {
    match (chosen, there) {
        (ProfileStatus::Invisible | ProfileStatus::Offline, _) => None,
        (_, PresenceStatus::Offline) => Some(PresenceStatus::Offline),
        (ProfileStatus::Busy, _) | (_, PresenceStatus::Busy) => Some(PresenceStatus::Busy),
        (ProfileStatus::Away, _) => Some(PresenceStatus::Away),
        (ProfileStatus::Active, there) => Some(there),
    }
}

/// The settings of a profile that decide who sees its owner's presence, as a profile keeps settings; none where none was made.
pub(crate) fn presence_settings(profile: &Profile) -> Option<String> {
    profile.privacy_settings.as_ref()?;
    let Settings(Some(settings)) = Settings::of(profile) else {
        return Some(String::new());
    };
    let of = |key: &str| Some((key.to_owned(), settings.get(key)?.clone()));
    let deciding: Map<_, _> = [PROFILE, ONLINE_STATUS, LAST_SEEN]
        .into_iter()
        .filter_map(of)
        .collect();
    let text = serde_json::to_string(&deciding).ok();
    text.filter(|_| !deciding.is_empty())
}

impl Settings {
    /// The audience of the time at which the owner was last there; the audience `nobody` where it can't be read.
    fn last_seen(&self) -> LastSeenAudience {
        let Some(settings) = &self.0 else {
            return LastSeenAudience::Nobody;
        };
        let Some(value) = settings.get(LAST_SEEN) else {
            return LastSeenAudience::Everyone;
        };
        let known = value.as_str().and_then(|text| text.parse().ok());
        known.unwrap_or(LastSeenAudience::Nobody)
    }
}
