//! Quiet hours: a time of day in the user's own time zone, daylight saving included.

use jiff::Timestamp as Instant;
use jiff::civil::Time;
use jiff::tz::{TimeZone, db};
use whisper_schema::Timestamp;
use whisper_schema::prelude::NotificationSettings;

/// A span of each day, from one minute up to another; over midnight if it ends before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    from: Time,
    to: Time,
}

/// Reads a time of day: `HH:MM`, 00:00 to 23:59.
pub fn time_of_day(text: &str) -> Option<Time> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |part: &str| {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse::<i8>().ok()).flatten()
    };
    Time::new(number(hours)?, number(minutes)?, 0, 0).ok()
}

/// The time zone of this IANA name.
pub fn zone(name: &str) -> Option<TimeZone> {
    db().get(name).ok()
}

impl Hours {
    /// The quiet hours of somebody; none without.
    pub fn of(settings: &NotificationSettings) -> Option<Self> {
        let from = time_of_day(settings.quiet_from.as_deref()?)?;
        let to = time_of_day(settings.quiet_to.as_deref()?)?;
        (from != to).then_some(Self { from, to })
    }

    /// Whether a moment lies in them, by the clock on the wall of that zone.
    pub fn contain(self, now: Timestamp, zone: &TimeZone) -> bool {
        let Ok(instant) = Instant::from_millisecond(now.as_millis()) else {
            return false;
        };
        let wall = instant.to_zoned(zone.clone()).time();
        if self.from < self.to {
            self.from <= wall && wall < self.to
        } else {
            self.from <= wall || wall < self.to
        }
    }
}

/// Whether somebody is to be left alone now: their own zone counts, else their profile's, else UTC.
pub fn is_quiet(settings: &NotificationSettings, profile: Option<&str>, now: Timestamp) -> bool {
    let Some(hours) = Hours::of(settings) else {
        return false;
    };
    let named = [settings.timezone.as_deref(), profile];
    let zone = named.into_iter().flatten().find_map(zone);
    hours.contain(now, &zone.unwrap_or(TimeZone::UTC))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn settings(from: &str, to: &str, zone: Option<&str>) -> NotificationSettings {
        NotificationSettings {
            quiet_from: Some(from.into()),
            quiet_to: Some(to.into()),
            timezone: zone.map(str::to_owned),
            ..NotificationSettings::default()
        }
    }

    fn at(text: &str) -> Timestamp {
        let instant: Instant = text.parse().unwrap();
        Timestamp::from_millis(instant.as_millisecond())
    }

    #[test]
    fn times_of_day_have_five_characters() {
        for good in ["00:00", "23:59", "07:05"] {
            assert!(time_of_day(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "24:00",
            "7:00",
            "07:60",
            "07:5",
            "07:05:00",
            "-1:00",
            "+1:00",
            "ab:cd",
            "07.05",
            "０７:05",
        ] {
            assert!(time_of_day(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_clock_on_the_wall_counts_on_both_sides_of_daylight_saving() {
        let berlin = settings("22:00", "07:00", Some("Europe/Berlin"));
        for (moment, quiet) in [
            ("2026-01-15T05:59:59Z", true),
            ("2026-01-15T06:00:00Z", false),
            ("2026-07-15T04:59:59Z", true),
            ("2026-07-15T05:00:00Z", false),
            ("2026-07-15T19:59:59Z", false),
            ("2026-07-15T20:00:00Z", true),
            ("2026-01-15T20:30:00Z", false),
        ] {
            assert_eq!(is_quiet(&berlin, None, at(moment)), quiet, "{moment}");
        }
        // The hour from 2 to 3 doesn't exist on 29 March 2026 and comes twice on 25 October.
        let night = settings("02:00", "03:00", Some("Europe/Berlin"));
        for (moment, quiet) in [
            ("2026-03-29T00:59:59Z", false),
            ("2026-03-29T01:00:00Z", false),
            ("2026-10-25T00:30:00Z", true),
            ("2026-10-25T01:30:00Z", true),
            ("2026-10-25T02:00:00Z", false),
        ] {
            assert_eq!(is_quiet(&night, None, at(moment)), quiet, "{moment}");
        }
    }

    #[test]
    fn the_profiles_zone_counts_where_the_settings_name_none_and_then_utc() {
        let noon = at("2026-01-15T12:00:00Z");
        let lunch = settings("21:00", "21:30", None);
        assert!(is_quiet(&lunch, Some("Asia/Tokyo"), noon));
        assert!(!is_quiet(&lunch, None, noon));
        assert!(!is_quiet(&lunch, Some("Nowhere/Land"), noon));
        let own = settings("12:00", "12:30", Some("UTC"));
        assert!(is_quiet(&own, Some("Asia/Tokyo"), noon));
    }

    proptest! {
        #[test]
        fn what_is_quiet_one_way_round_is_loud_the_other(
            from in 0..1440i64, to in 0..1440i64, now in 0..4_102_444_800_000i64,
            zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"]),
        ) {
            let text = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
            let now = Timestamp::from_millis(now);
            let one = settings(&text(from), &text(to), Some(zone));
            let other = settings(&text(to), &text(from), Some(zone));
            let quiet = is_quiet(&one, None, now);
            if from == to {
                prop_assert!(!quiet);
            } else {
                prop_assert_ne!(quiet, is_quiet(&other, None, now));
            }
        }

        #[test]
        fn in_utc_it_is_the_minute_of_the_day(from in 0..1440i64, to in 0..1440i64, now in 0..4_102_444_800_000i64) {
            let text = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
            let minute = now / 60_000 % 1440;
            let since = (minute - from).rem_euclid(1440);
            let length = (to - from).rem_euclid(1440);
            let seen = is_quiet(&settings(&text(from), &text(to), None), None, Timestamp::from_millis(now));
            prop_assert_eq!(seen, since < length);
        }
    }
}
