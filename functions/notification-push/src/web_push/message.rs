//! How a push is handled on its way: how urgent it is, how long it keeps.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use whisper_schema::prelude::NotificationPriority;

/// An hour, in milliseconds.
const HOUR: i64 = 3_600_000;

/// Urgency (RFC 8030, 5.3): whether a device that saves its battery is woken.
pub fn urgency(priority: NotificationPriority) -> &'static str {
    match priority {
        NotificationPriority::Low => "low",
        NotificationPriority::Normal => "normal",
        NotificationPriority::High | NotificationPriority::Urgent => "high",
    }
}

/// How long a push is of use, in milliseconds: so long it is tried, and so long the push service keeps it for a device that
/// is not there (TTL; RFC 8030, 5.2).
pub fn lifetime(priority: NotificationPriority) -> i64 {
    match priority {
        NotificationPriority::Low => 12 * HOUR,
        NotificationPriority::Normal => 3 * 24 * HOUR,
        NotificationPriority::High => 7 * 24 * HOUR,
        // An urgent push that comes late would be a false alarm.
        NotificationPriority::Urgent => HOUR,
    }
}

/// The topic of a push about something: a second one takes the place of the first at the push service. 32
/// characters of base64url, all that RFC 8030, 5.4 allows.
pub fn topic(subject: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(subject.as_bytes())[..24])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_what_the_standard_allows() {
        let one = topic("message m1");
        assert_eq!(one.len(), 32);
        assert!(
            one.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        );
        assert_eq!(one, topic("message m1"));
        assert_ne!(one, topic("message m2"));
    }
}
