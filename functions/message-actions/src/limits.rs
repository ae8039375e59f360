//! How much one user may do.

use whisper_kit::config::Number;
use whisper_kit::rate_limit::Rate;
use whisper_messages::MENTIONS;

use crate::poll::VOTING;

/// Reactions that one user may set and take back.
pub const REACTIONS: Rate = Rate::per_minute("reaction", "reaction_rate_per_minute", 120);
/// Messages that one user may pin and unpin.
pub const PINS: Rate = Rate::per_minute("pin", "pin_rate_per_minute", 60);
/// Messages that one user may star, or take the star off.
pub const STARS: Rate = Rate::per_minute("star", "star_rate_per_minute", 120);
/// Messages that can be viewed once that one user may open.
pub const VIEWS: Rate = Rate::per_minute("view", "view_rate_per_minute", 120);
/// Times that one user may tell of messages of channels that they viewed, up to 100 messages each time.
pub const POST_VIEWS: Rate = Rate::per_minute("post view", "post_view_rate_per_minute", 120);
/// Changes of messages, each message counted: edits and deletions.
pub const CHANGES: Rate = Rate::per_minute("message change", "message_change_rate_per_minute", 300);
/// For how many hours after it was sent its sender may edit a message.
pub const EDIT_WINDOW: Number = Number {
    variable: "edit_window_hours",
    default: 48,
    most: 876_000,
};
/// For how many hours after it was sent its sender may delete a message for all.
pub const DELETE_WINDOW: Number = Number {
    variable: "delete_window_hours",
    default: 48,
    most: 876_000,
};
/// Reactions that one user may have to a message.
pub const REACTIONS_PER_USER: Number = Number {
    variable: "reactions_per_user",
    default: 3,
    most: 20,
};

/// All rates.
pub const RATES: &[Rate] = &[
    CHANGES, MENTIONS, PINS, POST_VIEWS, REACTIONS, STARS, VIEWS, VOTING,
];
/// All other numbers.
pub const NUMBERS: &[Number] = &[DELETE_WINDOW, EDIT_WINDOW, REACTIONS_PER_USER];
