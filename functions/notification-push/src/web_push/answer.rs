//! Answers of push services: their meaning, and when to try again.

use whisper_schema::Timestamp;

/// Attempts that failed after which a push about a notification is given up.
pub const ATTEMPTS: i64 = 5;
/// How long the first attempt that failed is answered with waiting, in milliseconds; doubled by each further one.
const FIRST_WAIT: i64 = 30_000;
/// The longest wait of our own choice, in milliseconds.
const LONGEST_WAIT: i64 = 3_600_000;
/// The longest wait that a push service may ask for, in milliseconds.
const LONGEST_ASKED: i64 = 24 * 3_600_000;

/// The answer to a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An answer of the push service.
    Status(Status),
    /// Nothing: the network, or the time that a push may take.
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

/// The meaning of an answer.
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

/// Reads an answer. A refusal that names a time to come again means later, with any status.
pub fn verdict(answer: &Answer, now: Timestamp) -> Verdict {
    let status = match answer {
        Answer::Status(status) => status,
        Answer::None(why) => return Verdict::Later((*why).to_owned(), 0),
    };
    let why = || format!("the push service answered {}", status.code);
    let asked = status.retry_after(now);
    match (status.code, asked) {
        (200..=299, _) => Verdict::Taken,
        (_, Some(asked)) => Verdict::Later(why(), asked.clamp(0, LONGEST_ASKED)),
        (404 | 410, None) => Verdict::Gone,
        (408 | 425 | 429 | 500..=599, None) => Verdict::Later(why(), 0),
        // A redirect is one of these: following it could lead anywhere.
        (_, None) => Verdict::Refused(why()),
    }
}

impl Status {
    /// Milliseconds of its Retry-After (RFC 9110, 10.2.3): seconds, or a date in any of the three forms (5.6.7).
    fn retry_after(&self, now: Timestamp) -> Option<i64> {
        let text = self.retry_after.as_deref()?.trim();
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            // More than can be counted is long.
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

/// How long to wait after so many attempts that failed, in milliseconds: at least as long as was asked for.
/// `jitter` is any byte: pushes that failed together are not tried again together.
pub fn wait(attempts: i64, asked: i64, jitter: u8) -> i64 {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    let own = FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT);
    own.max(asked) + own / 4 * i64::from(jitter) / 255
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(784_111_777_000);

    fn of(code: u16, retry_after: &str, date: &str) -> Verdict {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let status = Status {
            code,
            retry_after: some(retry_after),
            date: some(date),
        };
        verdict(&Answer::Status(status), NOW)
    }

    #[test]
    fn answers_are_told_apart() {
        for status in [200, 201, 202, 204] {
            assert_eq!(of(status, "", ""), Verdict::Taken);
            assert_eq!(of(status, "60", ""), Verdict::Taken);
        }
        for status in [404, 410] {
            assert_eq!(of(status, "", ""), Verdict::Gone);
        }
        for status in [429, 500, 502, 503, 599, 408] {
            let seen = of(status, "", "");
            assert!(matches!(seen, Verdict::Later(_, 0)), "{status}");
        }
        for status in [301, 302, 307, 400, 401, 403, 413] {
            let seen = of(status, "", "");
            assert!(matches!(seen, Verdict::Refused(_)), "{status}");
        }
    }

    #[test]
    fn a_refusal_that_names_a_time_is_later_whatever_its_number() {
        for status in [302, 400, 401, 403, 404, 406, 410, 413, 418, 429, 451, 503] {
            let seen = of(status, "120", "");
            assert!(matches!(seen, Verdict::Later(_, 120_000)), "{status}");
        }
        // A text that can't be read names none.
        assert!(matches!(of(403, "soon", ""), Verdict::Refused(_)));
        assert!(matches!(of(403, "-1", ""), Verdict::Refused(_)));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_of_any_form_and_has_a_bound() {
        for (text, millis) in [
            ("120", 120_000),
            ("0", 0),
            ("Sun, 06 Nov 1994 09:49:37 GMT", 3_600_000),
            ("Sunday, 06-Nov-94 09:49:37 GMT", 3_600_000),
            ("Sun Nov  6 09:49:37 1994", 3_600_000),
            ("Sun, 06 Nov 1994 07:49:37 GMT", 0),
            ("999999999", LONGEST_ASKED),
            ("99999999999999999999999", LONGEST_ASKED),
            ("-1", 0),
            ("soon", 0),
            ("", 0),
        ] {
            let Verdict::Later(_, asked) = of(503, text, "") else {
                panic!("{text}")
            };
            assert_eq!(asked, millis, "{text}");
        }
    }

    #[test]
    fn a_date_counts_from_the_answers_own() {
        let until = "Fri, 01 Jan 2027 00:10:00 GMT";
        for from in [
            "Fri, 01 Jan 2027 00:00:00 GMT",
            "Friday, 01-Jan-27 00:00:00 GMT",
            "Fri Jan  1 00:00:00 2027",
        ] {
            let seen = of(503, until, from);
            assert!(matches!(seen, Verdict::Later(_, 600_000)), "{seen:?}");
        }
        let seen = of(503, until, "nonsense");
        assert!(matches!(seen, Verdict::Later(_, LONGEST_ASKED)), "{seen:?}");
        let seen = of(503, "60", "Fri, 01 Jan 2027 00:00:00 GMT");
        assert!(matches!(seen, Verdict::Later(_, 60_000)), "{seen:?}");
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
