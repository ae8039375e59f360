//! Points in time, to the millisecond, as the database has them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

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
        let time = Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::MAX);
        let time = time.to_zoned(TimeZone::UTC).datetime();
        format!("{}+00:00", time.strftime("%Y-%m-%dT%H:%M:%S.%3f"))
    }

    /// Reads RFC 3339, the same without an offset (which is UTC), and a date alone. PHP reads more than that.
    pub fn parse(text: &str) -> Option<Self> {
        let time = text
            .parse::<Timestamp>()
            .ok()
            .or_else(|| in_utc(text.parse::<DateTime>().ok()?))
            .or_else(|| in_utc(text.parse::<Date>().ok()?.at(0, 0, 0, 0)))?;
        // A year of four digits, and what is finer than a millisecond is cut off.
        (-62_167_219_200_000..=253_402_300_799_999)
            .contains(&time.as_millisecond())
            .then(|| Moment(time.as_nanosecond().div_euclid(1_000_000) as i64))
    }

    pub fn plus(self, seconds: i64) -> Self {
        Moment(self.0 + seconds * 1000)
    }
}

fn in_utc(time: DateTime) -> Option<Timestamp> {
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}
