//! How much one user may change.

use whisper_kit::rate_limit::Rate;

/// Changes of messages, each message counted: edits and deletions.
pub const CHANGES: Rate = Rate::per_minute("message change", "message_change_rate_per_minute", 300);
