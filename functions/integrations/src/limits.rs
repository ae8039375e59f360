//! How much one user may do.

use whisper_kit::rate_limit::Rate;

/// Webhooks that one user makes, changes, tests and deletes.
pub const CHANGES: Rate = Rate::per_hour("webhook change", "webhook_change_rate_per_hour", 100);
