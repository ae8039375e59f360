//! How much one user may do.

use whisper_kit::config::Number;
use whisper_kit::rate_limit::Rate;

use crate::poll::VOTING;

/// Reactions that one user may set and take back.
pub const REACTIONS: Rate = Rate::per_minute("reaction", "reaction_rate_per_minute", 120);
/// Changes of messages, each message counted: deletions.
pub const CHANGES: Rate = Rate::per_minute("message change", "message_change_rate_per_minute", 300);
/// Reactions that one user may have to a message.
pub const REACTIONS_PER_USER: Number = Number {
    variable: "reactions_per_user",
    default: 3,
    most: 20,
};

/// All rates.
pub const RATES: &[Rate] = &[CHANGES, REACTIONS, VOTING];
/// All other numbers.
pub const NUMBERS: &[Number] = &[REACTIONS_PER_USER];
