//! How much one user may do.

use whisper_kit::rate_limit::Rate;

/// Webhooks that one user makes, changes, tests and deletes.
pub const CHANGES: Rate = Rate::per_hour("webhook change", "webhook_change_rate_per_hour", 100);

/// Bots that one user makes and changes, tokens that they replace, and commands that they or the bots themselves replace.
pub const BOTS: Rate = Rate::per_hour("bot change", "bot_change_rate_per_hour", 100);
