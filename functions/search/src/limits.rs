//! How much one user may search.

use whisper_kit::rate_limit::Rate;

/// Searches, in one conversation or in all.
pub const SEARCHES: Rate = Rate::per_minute("search", "search_rate_per_minute", 120);

/// All of them.
pub const RATES: &[Rate] = &[SEARCHES];
