//! Answers of push services: their meaning, and when to try again.

use whisper_kit::outbound::Backoff;
pub use whisper_kit::outbound::{Answer, Status};
use whisper_schema::Timestamp;

/// Attempts that failed after which a push about a notification is given up.
pub const ATTEMPTS: i64 = 5;
/// The waits between attempts.
const WAITS: Backoff = Backoff {
    first: 30_000,
    longest: 3_600_000,
};
/// The longest wait that a push service may ask for, in milliseconds.
const LONGEST_ASKED: i64 = 24 * 3_600_000;

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
        Answer::None(why) => return Verdict::Later(format!("the push service {why}"), 0),
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

/// How long to wait after so many attempts that failed, in milliseconds; see [`Backoff::wait`].
pub fn wait(attempts: i64, asked: i64, jitter: u8) -> i64 {
    WAITS.wait(attempts, asked, jitter)
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
}
