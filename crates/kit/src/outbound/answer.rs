//! Answers of such servers, and how long to wait before the next attempt.

use whisper_schema::Timestamp;

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An answer of the server.
    Status(Status),
    /// None: the words that go on after the server's name, such as `took too long`.
    None(&'static str),
}

/// The parts of an answer that count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Its number.
    pub code: u16,
    /// The value of Retry-After.
    pub retry_after: Option<String>,
    /// The value of Date: a date in Retry-After counts from it, not from a clock here.
    pub date: Option<String>,
}

impl Status {
    /// Milliseconds of its Retry-After (RFC 9110, 10.2.3): seconds, or a date in any of the three forms (5.6.7). A date
    /// that has passed gives a negative number.
    pub fn retry_after(&self, now: Timestamp) -> Option<i64> {
        let text = self.retry_after.as_deref()?.trim();
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            // A number of seconds beyond 32 bits counts as the longest wait.
            return Some(
                text.parse::<u32>()
                    .map_or(i64::MAX, |s| i64::from(s) * 1000),
            );
        }
        let until = date(text)?;
        let from = self.date.as_deref().and_then(date);
        Some(until - from.unwrap_or(now.as_millis()))
    }
}

/// Milliseconds since 1970 of a date of HTTP.
fn date(text: &str) -> Option<i64> {
    let date = httpdate::parse_http_date(text.trim()).ok()?;
    let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

/// Waits that double.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The wait after the first attempt that failed, in milliseconds.
    pub first: i64,
    /// The longest wait of our own choice, in milliseconds.
    pub longest: i64,
}

impl Backoff {
    /// How long to wait after so many attempts that failed, in milliseconds: at least as long as was asked for.
    /// `jitter` is any byte: requests that failed together are not tried again together.
    pub fn wait(self, attempts: i64, asked: i64, jitter: u8) -> i64 {
        let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
        let own = self.first.saturating_mul(1 << doublings).min(self.longest);
        own.max(asked) + own / 4 * i64::from(jitter) / 255
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound_and_are_never_shorter_than_asked() {
        let backoff = Backoff {
            first: 30_000,
            longest: 3_600_000,
        };
        for (attempts, millis) in [
            (1, 30_000),
            (2, 60_000),
            (3, 120_000),
            (9, 3_600_000),
            (1000, 3_600_000),
        ] {
            assert_eq!(backoff.wait(attempts, 0, 0), millis);
            assert_eq!(backoff.wait(attempts, 0, 255), millis + millis / 4);
        }
        assert_eq!(backoff.wait(1, 600_000, 0), 600_000);
        assert!(backoff.wait(1, 600_000, 200) > 600_000);
    }
}
