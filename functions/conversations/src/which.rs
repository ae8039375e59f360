//! The parameters of the list of conversations, and the parts of a page beside its items.

use serde::{Deserialize, Serialize};
use whisper_people::UsersView;

/// Filters of the list of conversations.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct Which {
    /// Only conversations that the caller put away; else the others.
    #[serde(default)]
    pub archived: bool,
    /// Only conversations that strangers began or brought the caller into, and that the caller neither answered nor accepted;
    /// else the others.
    #[serde(default)]
    pub requests: bool,
    /// Only conversations of this folder of the caller's, archived or not. Its pages may have fewer conversations than `limit` though there are
    /// more, and go forward only.
    #[serde(default)]
    #[cfg_attr(not(target_family = "wasm"), schemars(length(max = 36)))]
    pub folder: Option<String>,
    /// Only conversations that changed since an answer with this `since`, archived or requests or not, up to 100, and the ids of those
    /// that are gone. It goes with no other parameter.
    #[serde(default)]
    #[cfg_attr(not(target_family = "wasm"), schemars(length(max = 512)))]
    pub since: Option<String>,
}

/// More about a page of conversations.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PageView {
    /// The people whom it names.
    #[serde(flatten)]
    pub users: UsersView,
    /// The caller's pinned conversations in their own order, on a first page and with changes. Some of them may stand on another list, or be left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned_conversation_ids: Option<Vec<String>>,
    /// Where to catch up from later, as `since`, on a first page and with changes; good for 28 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Conversations that are in no list of the caller's any more: left, sent away from, or deleted for themselves. With changes alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone: Option<Vec<String>>,
}
