//! The outcome of an attempt: a decision, without any I/O.

use whisper_kit::outbound::{Answer, Backoff};
use whisper_schema::prelude::{OutgoingWebhook, Timestamp, WebhookDelivery};

use super::TEST;

/// The waits between attempts: 30 s after the first, doubled up to 4 h, so that a day has about fifteen.
const WAITS: Backoff = Backoff {
    first: 30_000,
    longest: 4 * 3_600_000,
};
/// The longest wait that a receiver may ask for, in milliseconds.
const LONGEST_ASKED: i64 = 24 * 3_600_000;
/// For how long every attempt fails, in milliseconds, before the webhook is switched off: a week.
const PATIENCE: i64 = 7 * 24 * 3_600_000;

/// The outcome of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether the receiver took it.
    pub ok: bool,
    /// Status of the answer; none without one.
    pub status: Option<u16>,
    /// The reason for a missing answer.
    pub error: Option<&'static str>,
    /// When it is tried again; none if it arrived or is given up.
    pub next_at: Option<Timestamp>,
    /// The change of the webhook.
    pub change: Change,
}

/// The change of a webhook by an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// None.
    Nothing,
    /// Its attempts fail from now on.
    Fails,
    /// Its attempts fail no more.
    Recovers,
    /// It is switched off.
    Disabled,
}

/// Decides. `jitter` is any byte. Everything but a 2xx is tried again, as the receiver may be mended in the meantime; a redirect is
/// not followed, as it could lead anywhere; 410 means that the receiver is gone for good.
pub fn decide(
    webhook: &OutgoingWebhook,
    delivery: &WebhookDelivery,
    answer: &Answer,
    now: Timestamp,
    jitter: u8,
) -> Outcome {
    let (status, error, asked) = match answer {
        Answer::Status(status) => (Some(status.code), None, status.retry_after(now)),
        Answer::None(why) => (None, Some(*why), None),
    };
    let ok = status.is_some_and(|code| (200..300).contains(&code));
    let is_test = delivery.event == TEST;
    let is_gone = status == Some(410);
    let asked = asked.unwrap_or(0).clamp(0, LONGEST_ASKED);
    let next = now.plus(WAITS.wait(delivery.attempts.saturating_add(1), asked, jitter));
    let is_over = ok || is_gone || is_test || next >= delivery.expires_at;
    let fails_for = webhook.failing_since.map(|since| now.since(since));
    let change = match (ok, fails_for) {
        (true, None) => Change::Nothing,
        (true, Some(_)) => Change::Recovers,
        // A test tells whether it works now; it switches nothing off.
        (false, _) if is_test => Change::Nothing,
        (false, _) if is_gone => Change::Disabled,
        (false, Some(time)) if time >= PATIENCE => Change::Disabled,
        (false, Some(_)) => Change::Nothing,
        (false, None) => Change::Fails,
    };
    Outcome {
        ok,
        status,
        error,
        next_at: (!is_over).then_some(next),
        change,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whisper_kit::outbound::Status;

    const NOW: Timestamp = Timestamp::from_millis(1_767_225_600_000);
    const HOUR: i64 = 3_600_000;

    fn seen(code: u16, retry_after: Option<&str>, attempts: i64, failing: Option<i64>) -> Outcome {
        let webhook = OutgoingWebhook {
            failing_since: failing.map(|hours| NOW.plus(-hours * HOUR)),
            ..OutgoingWebhook::default()
        };
        let delivery = WebhookDelivery {
            event: "message.created".into(),
            attempts,
            expires_at: NOW.plus(24 * HOUR),
            ..WebhookDelivery::default()
        };
        let answer = match code {
            0 => Answer::None("took too long"),
            code => Answer::Status(Status {
                code,
                retry_after: retry_after.map(str::to_owned),
                date: None,
            }),
        };
        decide(&webhook, &delivery, &answer, NOW, 0)
    }

    #[test]
    fn all_but_a_success_is_tried_again_for_a_day() {
        for code in [200, 202, 204] {
            let outcome = seen(code, None, 3, None);
            assert!(outcome.ok && outcome.next_at.is_none(), "{code}");
        }
        for code in [0, 301, 302, 400, 401, 404, 408, 429, 500, 503] {
            let outcome = seen(code, None, 0, None);
            assert!(!outcome.ok, "{code}");
            assert_eq!(outcome.next_at, Some(NOW.plus(30_000)), "{code}");
            assert_eq!(outcome.change, Change::Fails, "{code}");
        }
        assert_eq!(seen(500, None, 20, None).next_at, Some(NOW.plus(4 * HOUR)));
    }

    #[test]
    fn retry_after_is_honoured_and_beyond_the_day_it_is_given_up() {
        let of = |asked| seen(503, Some(asked), 0, Some(1)).next_at;
        assert_eq!(of("3600"), Some(NOW.plus(HOUR)));
        assert_eq!(of("1"), Some(NOW.plus(30_000)));
        assert_eq!(of("86400"), None);
    }

    #[test]
    fn a_week_of_failures_and_410_switch_off_and_a_success_forgets() {
        for (code, failing, change) in [
            (500, None, Change::Fails),
            (500, Some(167), Change::Nothing),
            (500, Some(168), Change::Disabled),
            (410, None, Change::Disabled),
            (200, Some(500), Change::Recovers),
            (200, None, Change::Nothing),
        ] {
            assert_eq!(
                seen(code, None, 0, failing).change,
                change,
                "{code} {failing:?}"
            );
        }
        assert_eq!(seen(410, Some("60"), 0, None).next_at, None);
    }
}
