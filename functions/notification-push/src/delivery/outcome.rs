//! The outcome of an attempt to send a push: a decision, without any I/O.

use whisper_schema::Timestamp;
use whisper_schema::prelude::Push;

use crate::web_push::answer::{Verdict, wait};

/// The outcome of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It arrived at the push service.
    Sent,
    /// Its device is gone, or its user doesn't want it any more: it is dropped, and the subscription with it if the
    /// push service said so.
    Dropped {
        /// Whether the subscription is to be removed.
        device_gone: bool,
    },
    /// The session of its device has ended: it is dropped, and the subscription with it.
    SignedOut {
        /// The session that made the subscription, and has ended.
        session: String,
    },
    /// It is tried again.
    Later {
        /// When.
        due_at: Timestamp,
        /// Attempts that failed so far.
        attempts: i64,
        /// Why.
        error: String,
    },
    /// It is given up.
    Failed {
        /// Attempts that failed.
        attempts: i64,
        /// Why.
        error: String,
    },
}

/// Decides. `most` is the number of attempts after which it is given up.
pub fn decide(push: &Push, verdict: Verdict, most: i64, now: Timestamp, jitter: u8) -> Outcome {
    let attempts = push.attempts.saturating_add(1);
    match verdict {
        Verdict::Taken => Outcome::Sent,
        Verdict::Gone => Outcome::Dropped { device_gone: true },
        Verdict::Refused(error) => Outcome::Failed { attempts, error },
        Verdict::Later(error, asked) => {
            let due_at = now.plus(wait(attempts, asked, jitter));
            if attempts >= most || due_at >= push.expires_at {
                return Outcome::Failed { attempts, error };
            }
            Outcome::Later {
                due_at,
                attempts,
                error,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn push(attempts: i64, left: i64) -> Push {
        Push {
            attempts,
            expires_at: NOW.plus(left),
            ..Push::default()
        }
    }

    fn later() -> Verdict {
        Verdict::Later("busy".into(), 0)
    }

    #[test]
    fn it_is_tried_again_until_the_last_attempt_or_the_end_of_its_life() {
        let seen = decide(&push(0, 1_000_000), later(), 3, NOW, 0);
        let expected = Outcome::Later {
            due_at: NOW.plus(30_000),
            attempts: 1,
            error: "busy".into(),
        };
        assert_eq!(seen, expected);
        let given_up = |attempts| Outcome::Failed {
            attempts,
            error: "busy".into(),
        };
        assert_eq!(decide(&push(2, 1_000_000), later(), 3, NOW, 0), given_up(3));
        assert_eq!(decide(&push(0, 30_000), later(), 3, NOW, 0), given_up(1));
    }

    #[test]
    fn a_refusal_is_not_tried_again() {
        let seen = decide(
            &push(0, 1_000_000),
            Verdict::Refused("no".into()),
            3,
            NOW,
            0,
        );
        let expected = Outcome::Failed {
            attempts: 1,
            error: "no".into(),
        };
        assert_eq!(seen, expected);
    }
}
