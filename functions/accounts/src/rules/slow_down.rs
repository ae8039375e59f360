//! How guessing passwords is slowed down without locking the owner out.
//!
//! Three counters of failed attempts. The first makes one client wait longer and longer with one
//! account; the second bounds the attempts of one address over all accounts; the third those of
//! everybody together on one account. The latter two spare pairs of an address and an account that was signed in to from
//! there before: neither strangers nor others behind the same address can lock an owner out.

use std::net::IpAddr;

use whisper_schema::Timestamp;
use whisper_schema::prelude::RateLimit;

/// How long failures are remembered, in milliseconds.
pub const WINDOW_MS: i64 = 15 * 60 * 1000;
/// Failures of an address with an account that cost no waiting.
pub const FREE: i64 = 5;
/// Longest wait between two attempts, in seconds.
const LONGEST_WAIT_S: i64 = 60;
/// Failures of one address, over all accounts that were never signed in to from it, within a window.
pub const PER_ADDRESS: i64 = 50;
/// Failures with one account, over all addresses it was never signed in to from, within a window.
pub const PER_ACCOUNT: i64 = 100;
/// How long a successful sign-in makes an address known to the account, in milliseconds: 180 days.
pub const KNOWN_MS: i64 = 180 * 24 * 3600 * 1000;

/// Seconds that must lie between the attempt that made `failures` and the next.
pub fn wait_after(failures: i64) -> i64 {
    if failures < FREE {
        return 0;
    }
    // Beyond 2^6 the longest wait holds anyway; the cap keeps the shift in range.
    (1_i64 << (failures - FREE).min(6)).min(LONGEST_WAIT_S)
}

/// Whether a counter still means something. One that goes on for longer than counters do was made by a clock that
/// was wrong.
pub fn is_live(counter: &RateLimit, now: Timestamp) -> bool {
    counter.expires_at > now && counter.expires_at <= now.plus(2 * WINDOW_MS)
}

/// Seconds to wait before the next attempt of an address with an account, 0 if it may come now.
///
/// The counter is extended by every attempt, so its end tells when the last one was.
pub fn wait(counter: Option<&RateLimit>, now: Timestamp) -> i64 {
    let Some(counter) = counter.filter(|counter| is_live(counter, now)) else {
        return 0;
    };
    match wait_after(counter.count) {
        // No wait comes of a clock that is a little behind the one that counted last.
        0 => 0,
        seconds => {
            let last = counter.expires_at.plus(-WINDOW_MS);
            seconds_until(last.plus(seconds * 1000), now)
        }
    }
}

/// Seconds until a full counter starts anew, 0 if it isn't full.
pub fn wait_when_full(counter: Option<&RateLimit>, most: i64, now: Timestamp) -> i64 {
    match counter {
        Some(counter) if is_live(counter, now) && counter.count >= most => {
            seconds_until(counter.expires_at, now)
        }
        _ => 0,
    }
}

/// Whole seconds from now until then, rounded up; 0 when it has passed.
fn seconds_until(then: Timestamp, now: Timestamp) -> i64 {
    let millis = then.since(now).max(0);
    (millis + 999) / 1000
}

/// The name under which an address is counted: an IPv4 address, or the /64 that one IPv6 customer has at least.
pub fn address_name(address: Option<IpAddr>) -> String {
    match address {
        None => "unknown".to_owned(),
        Some(IpAddr::V4(v4)) => v4.to_string(),
        Some(IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_string(),
            None => {
                let [a, b, c, d, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counter(count: i64, last: i64) -> RateLimit {
        let at = Timestamp::from_millis(last);
        RateLimit {
            count,
            window_start: at,
            expires_at: at.plus(WINDOW_MS),
            ..RateLimit::default()
        }
    }

    #[test]
    fn waits_double_from_the_fifth_failure_on_up_to_a_minute() {
        let waits: Vec<i64> = (0..14).map(wait_after).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(wait_after(i64::MAX), 60);
    }

    #[test]
    fn the_wait_counts_from_the_last_attempt() {
        for (failures, passed_ms, expected) in [
            (4, 0, 0),
            // Counted by a request that began later, or by another instance.
            (4, -30, 0),
            (5, 0, 1),
            (5, 1, 1),
            (5, 999, 1),
            (5, 1000, 0),
            (7, 0, 4),
            (7, 1500, 3),
            (40, 0, 60),
        ] {
            let now = Timestamp::from_millis(1_000_000 + passed_ms);
            assert_eq!(
                wait(Some(&counter(failures, 1_000_000)), now),
                expected,
                "{failures} {passed_ms}"
            );
        }
    }

    #[test]
    fn failures_are_forgotten_at_the_end_of_the_window() {
        let old = counter(40, 0);
        assert_eq!(wait(Some(&old), Timestamp::from_millis(WINDOW_MS)), 0);
        assert!(!is_live(&old, Timestamp::from_millis(WINDOW_MS)));
        assert!(is_live(&old, Timestamp::from_millis(WINDOW_MS - 1)));
        let year = 365 * 24 * 3600 * 1000;
        assert!(
            !is_live(&counter(40, year), Timestamp::from_millis(0)),
            "by a wrong clock"
        );
        assert_eq!(wait(None, Timestamp::from_millis(0)), 0);
    }

    #[test]
    fn a_full_counter_says_when_it_starts_anew() {
        let full = counter(50, 0);
        let now = Timestamp::from_millis(1);
        assert_eq!(wait_when_full(Some(&full), 50, now), WINDOW_MS / 1000);
        assert_eq!(wait_when_full(Some(&full), 51, now), 0);
        assert_eq!(
            wait_when_full(Some(&full), 50, Timestamp::from_millis(WINDOW_MS)),
            0
        );
        assert_eq!(wait_when_full(None, 50, now), 0);
    }

    #[test]
    fn one_customer_is_one_address() {
        for (text, expected) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ] {
            assert_eq!(address_name(text.parse().ok()), expected);
        }
        assert_eq!(address_name(None), "unknown");
    }
}
