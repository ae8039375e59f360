//! Bounds of streams.

use std::time::Duration;

use whisper_kit::config::Number;

/// How many streams a user may have open in one instance.
pub const STREAMS: Number = Number {
    variable: "streams_per_user",
    default: 10,
    most: 1_000,
};
/// For how many minutes a stream goes on.
pub const MINUTES: Number = Number {
    variable: "stream_minutes",
    default: 60,
    most: 1_440,
};
/// How long a reader may take for what is written at once.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// After how many milliseconds a client should try again, as a line of a stream.
pub const RETRY: &str = "retry: 2000\n\n";
