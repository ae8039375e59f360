//! Commands as people and bots see them.

use serde::Serialize;
use whisper_people::UserSummaryView;
use whisper_schema::prelude::BotCommands;

/// A command: members send `/name`; the bot itself reads the words behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct CommandView {
    /// Its name, without the slash.
    pub name: String,
    /// Its effect, in words.
    pub description: String,
}

/// The commands of a bot.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct BotCommandsView {
    /// All of them, in the bot's order; up to 100.
    pub commands: Vec<CommandView>,
}

/// A bot that belongs to a conversation, and its commands.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct ConversationCommandsView {
    /// The bot.
    pub bot: UserSummaryView,
    /// Its commands, in its order; up to 100, and none where it offers none.
    pub commands: Vec<CommandView>,
}

/// The commands that are kept.
pub fn commands(kept: BotCommands) -> Vec<CommandView> {
    let pairs = kept.names.into_iter().zip(kept.descriptions);
    pairs
        .map(|(name, description)| CommandView { name, description })
        .collect()
}
