//! What an answer of a push service means, and when to try again.

use whisper_schema::Timestamp;

/// Attempts that failed after which a push about a notification is given up.
pub const ATTEMPTS: i64 = 5;
/// How long the first attempt that failed is answered with waiting, in milliseconds; doubled by each further one.
const FIRST_WAIT: i64 = 30_000;
/// The longest wait of our own choice, in milliseconds.
const LONGEST_WAIT: i64 = 3_600_000;
/// The longest wait that a push service may ask for, in milliseconds.
const LONGEST_ASKED: i64 = 24 * 3_600_000;

/// What came back for a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A status, with the value of Retry-After.
    Status(u16, Option<String>),
    /// Nothing: the network, or the time that a push may take.
    None(&'static str),
}

/// What it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The push service took it.
    Taken,
    /// The device is gone for good.
    Gone,
    /// Not now: why, and how long the push service wants to be left alone, in milliseconds.
    Later(String, i64),
    /// Never: why.
    Refused(String),
}

/// Reads an answer.
pub fn verdict(answer: &Answer, now: Timestamp) -> Verdict {
    match answer {
        Answer::Status(200..=299, _) => Verdict::Taken,
        Answer::Status(404 | 410, _) => Verdict::Gone,
        Answer::Status(status @ (408 | 425 | 429 | 500..=599), after) => {
            let asked = after.as_deref().and_then(|text| retry_after(text, now));
            let why = format!("the push service answered {status}");
            Verdict::Later(why, asked.unwrap_or(0).clamp(0, LONGEST_ASKED))
        }
        // A redirect is one of these: whoever follows it can be led anywhere.
        Answer::Status(status, _) => {
            Verdict::Refused(format!("the push service answered {status}"))
        }
        Answer::None(why) => Verdict::Later((*why).to_owned(), 0),
    }
}

/// How long to wait after so many attempts that failed, in milliseconds: at least as long as was asked for.
/// `jitter` is any byte: what failed together is not tried again together.
pub fn wait(attempts: i64, asked: i64, jitter: u8) -> i64 {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    let own = FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT);
    own.max(asked) + own / 4 * i64::from(jitter) / 255
}

/// Milliseconds of a Retry-After (RFC 9110, 10.2.3): seconds, or a date.
fn retry_after(text: &str, now: Timestamp) -> Option<i64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(i64::from(seconds) * 1000);
    }
    let date =
        jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text.replace("GMT", "+0000"));
    Some(date.ok()?.as_millisecond() - now.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(784_111_777_000);

    fn of(status: u16, after: &str) -> Verdict {
        let after = Some(after.to_owned()).filter(|after| !after.is_empty());
        verdict(&Answer::Status(status, after), NOW)
    }

    #[test]
    fn answers_are_told_apart() {
        for status in [200, 201, 202, 204] {
            assert_eq!(of(status, ""), Verdict::Taken);
        }
        for status in [404, 410] {
            assert_eq!(of(status, ""), Verdict::Gone);
        }
        for status in [429, 500, 502, 503, 599, 408] {
            assert!(matches!(of(status, ""), Verdict::Later(_, 0)), "{status}");
        }
        for status in [301, 302, 307, 400, 401, 403, 413] {
            assert!(matches!(of(status, ""), Verdict::Refused(_)), "{status}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_has_a_bound() {
        for (text, millis) in [
            ("120", 120_000),
            ("0", 0),
            ("Sun, 06 Nov 1994 09:49:37 GMT", 3_600_000),
            ("Sun, 06 Nov 1994 07:49:37 GMT", 0),
            ("999999999", LONGEST_ASKED),
            ("-1", 0),
            ("soon", 0),
            ("", 0),
        ] {
            let Verdict::Later(_, asked) = of(503, text) else {
                panic!("{text}")
            };
            assert_eq!(asked, millis, "{text}");
        }
    }

    #[test]
    fn waits_double_up_to_a_bound_and_are_never_shorter_than_asked() {
        for (attempts, millis) in [
            (1, 30_000),
            (2, 60_000),
            (3, 120_000),
            (9, LONGEST_WAIT),
            (1000, LONGEST_WAIT),
        ] {
            assert_eq!(wait(attempts, 0, 0), millis);
            assert_eq!(wait(attempts, 0, 255), millis + millis / 4);
        }
        assert_eq!(wait(1, 600_000, 0), 600_000);
        assert!(wait(1, 600_000, 200) > 600_000);
    }
}
