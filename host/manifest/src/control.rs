//! The control socket's words: one JSON object a line, one line back.

use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::{Deserialize, Serialize};

/// A command for a running host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cmd", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Moves the guests' clock.
    Advance {
        /// By how much, such as `25h` or `-90s`.
        by: String,
    },
    /// Tells the guests' time.
    Now {},
    /// Runs the jobs that are due and answers when they have finished.
    RunSchedules {
        /// Runs every job, due or not.
        #[serde(default)]
        all: bool,
    },
    /// Stops the host as SIGTERM does.
    Shutdown {},
    /// Counts instances and requests.
    Stats {},
}

impl Command {
    /// Reads one line.
    pub fn parse(line: &str) -> Result<Self, String> {
        serde_json::from_str(line).map_err(|e| format!("not a command: {e}"))
    }
}

/// Reads a duration such as `25h`, `-1h30m`, `2d`; a day has 24 hours.
pub fn parse_duration(text: &str) -> Result<SignedDuration, String> {
    let span: Span = text
        .trim()
        .parse()
        .map_err(|e| format!("\"{text}\" is no duration: {e}"))?;
    span.to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|e| format!("\"{text}\" is no duration: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands() {
        let cases = [
            (
                r#"{"cmd":"advance","by":"25h"}"#,
                Command::Advance { by: "25h".into() },
            ),
            (r#"{"cmd":"now"}"#, Command::Now {}),
            (
                r#"{"cmd":"run-schedules"}"#,
                Command::RunSchedules { all: false },
            ),
            (
                r#"{"cmd":"run-schedules","all":true}"#,
                Command::RunSchedules { all: true },
            ),
            (r#"{"cmd":"shutdown"}"#, Command::Shutdown {}),
            (r#"{"cmd":"stats"}"#, Command::Stats {}),
        ];
        for (line, command) in cases {
            assert_eq!(Command::parse(line), Ok(command), "{line}");
        }
        for line in ["", "{}", r#"{"cmd":"dance"}"#, r#"{"cmd":"advance"}"#, "[]"] {
            assert!(Command::parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn durations() {
        let cases = [
            ("25h", 90_000),
            ("-25h", -90_000),
            ("1h30m", 5_400),
            ("2d", 172_800),
            ("-90s", -90),
            ("1w", 604_800),
            ("0s", 0),
        ];
        for (text, seconds) in cases {
            assert_eq!(
                parse_duration(text),
                Ok(SignedDuration::from_secs(seconds)),
                "{text}"
            );
        }
        for text in ["", "25", "soon", "1mo"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
