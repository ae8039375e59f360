//! Points in time, to the millisecond, as the database has them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};

/// The years 1000 to 9999, as MariaDB's dates have them.
const FIRST: i64 = -30_610_224_000_000;
const LAST: i64 = 253_402_300_799_000;

/// Milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

impl Moment {
    pub fn of(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// As answers have it: `2026-01-31T12:00:00.000+00:00`.
    pub fn text(self) -> String {
        let time = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
        let time = time.saturating_add(SignedDuration::from_millis(self.0));
        format!("{}+00:00", time.strftime("%Y-%m-%dT%H:%M:%S.%3f"))
    }

    /// Reads RFC 3339, the same without an offset (which is UTC), and a date alone. PHP reads more than that.
    pub fn parse(text: &str) -> Option<Self> {
        let nanos = match text.parse::<Timestamp>() {
            Ok(time) => time.as_nanosecond(),
            Err(_) => {
                // The last hours of 9999 are a time of theirs, but no timestamp to this library.
                let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
                let date = || Some(text.parse::<Date>().ok()?.at(0, 0, 0, 0));
                in_utc(text.parse::<DateTime>().ok().or_else(date)?)
            }
        };
        // Fractions of a millisecond are cut off.
        let moment = Moment(nanos.div_euclid(1_000_000).try_into().ok()?);
        (FIRST..=LAST).contains(&moment.0).then_some(moment)
    }

    pub fn plus(self, seconds: i64) -> Self {
        Moment(self.0 + seconds * 1000)
    }
}

fn in_utc(time: DateTime) -> i128 {
    let since = time.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
    since.as_nanos()
}
