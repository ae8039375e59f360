//! Somebody's presence, as answers and streams show it.

use serde::Serialize;
use whisper_people::{LastSeen, LastSeenRoughly, PresenceSeen};
use whisper_schema::prelude::{PresenceStatus, Timestamp};

/// Somebody's presence, as the caller may see it. Of people who aren't there, who hide it from the caller, whom a block parts from the
/// caller and who don't exist it is the same: `offline`, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PresenceView {
    /// User it is about.
    pub user_id: String,
    /// Whether they are there.
    pub status: PresenceStatus,
    /// When they were last there; absent while they are, and where they don't show it to the caller so exactly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
    /// When they were last there, in the place of `lastSeen` where they show it roughly: within 3, 7 or 30 days, or before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen_roughly: Option<LastSeenRoughly>,
}

impl PresenceView {
    /// A user's presence, as somebody sees it.
    pub fn new(user: &str, seen: PresenceSeen) -> Self {
        let (last_seen, last_seen_roughly) = match seen.last_seen {
            Some(LastSeen::At(at)) => (Some(at), None),
            Some(LastSeen::Roughly(roughly)) => (None, Some(roughly)),
            None => (None, None),
        };
        Self {
            user_id: user.to_owned(),
            status: seen.status,
            last_seen,
            last_seen_roughly,
        }
    }
}
