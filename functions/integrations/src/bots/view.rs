//! Bots as their owners see them.

use serde::Serialize;
use whisper_people::privacy::{Circle, consent};
use whisper_schema::prelude::{Bot, Profile, Timestamp};

/// A bot, as its owner sees it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BotView {
    /// Its user id.
    pub id: String,
    /// Handle that people find it by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Name shown in conversations and lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Its description, for people who look at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bio: Option<String>,
    /// Where its picture is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// Whether people may add it to groups; its owner always may.
    pub can_join_groups: bool,
    /// Whether its owner lets it act. While they don't, nobody sees it, and its token is refused.
    pub is_enabled: bool,
    /// Whether the operator disabled it.
    pub is_disabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A bot with the token that it calls with.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct BotTokenView {
    /// The bot.
    #[serde(flatten)]
    pub bot: BotView,
    /// The token, for the header `Authorization: Bearer <token>`. It is told this once, and good until it is replaced.
    pub token: String,
}

impl BotView {
    /// A bot with its profile.
    pub fn new(bot: Bot, profile: Profile) -> Self {
        Self {
            can_join_groups: consent(&profile).groups == Circle::Everyone,
            id: bot.id,
            username: profile.username,
            display_name: profile.display_name,
            bio: profile.bio,
            avatar_url: profile.avatar_url,
            is_enabled: bot.is_enabled,
            is_disabled: bot.is_barred,
            created_at: bot.created_at,
            updated_at: bot.updated_at,
        }
    }
}
