//! Days, as users live them: in their own time zone.

use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::tz::TimeZone;
use whisper_schema::Timestamp;

/// The zone with this IANA name; UTC for none, and for one that isn't known.
pub fn zone(name: Option<&str>) -> TimeZone {
    name.and_then(|name| TimeZone::get(name).ok())
        .unwrap_or(TimeZone::UTC)
}

/// The day of a moment in a zone. Daylight saving makes days of 23 and 25 hours; they are days.
pub fn day(at: Timestamp, zone: &TimeZone) -> Date {
    moment(at).to_zoned(zone.clone()).date()
}

/// The ISO week of a moment, in UTC, such as `2026-W48`.
pub fn week(at: Timestamp) -> String {
    let week = moment(at).to_zoned(TimeZone::UTC).iso_week_date();
    format!("{:04}-W{:02}", week.year(), week.week())
}

/// When the week of a moment ends, in UTC.
pub fn week_end(at: Timestamp) -> Timestamp {
    let week = moment(at).to_zoned(TimeZone::UTC).iso_week_date();
    let monday = ISOWeekDate::new(week.year(), week.week(), Weekday::Monday);
    let next = monday
        .map(|week| week.date())
        .and_then(|monday| monday.checked_add(jiff::Span::new().days(7)));
    next.map_or(at, start)
}

/// Midnight at the beginning of a day, in UTC.
pub fn start(day: Date) -> Timestamp {
    let midnight = day.to_zoned(TimeZone::UTC);
    midnight.map_or(Timestamp::MIN, |at| {
        Timestamp::from_millis(at.timestamp().as_millisecond())
    })
}

/// Reads `2026-11-23`.
pub fn parse(text: &str) -> Option<Date> {
    text.parse().ok()
}

/// Whether there was, or will be, such a day in a zone: one that moves across the date line leaves one out.
pub fn exists(day: Date, zone: &TimeZone) -> bool {
    let noon = day.at(12, 0, 0, 0).to_zoned(zone.clone());
    noon.is_ok_and(|noon| noon.date() == day)
}

/// The days that lie between two, the first three of them.
pub fn between(before: Date, day: Date) -> impl Iterator<Item = Date> {
    let next = |from: &Date| from.tomorrow().ok();
    std::iter::successors(next(&before), next)
        .take_while(move |between| *between < day)
        .take(3)
}

/// A moment as the calendar takes it; years beyond 9999 are refused before.
fn moment(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn the_day_is_the_one_on_the_users_wall() {
        for (time, name, expected) in [
            ("2026-11-23T23:30:00Z", None, "2026-11-23"),
            ("2026-11-23T23:30:00Z", Some("Europe/Zurich"), "2026-11-24"),
            (
                "2026-11-23T23:30:00Z",
                Some("America/Los_Angeles"),
                "2026-11-23",
            ),
            (
                "2026-11-23T23:30:00Z",
                Some("Nowhere/Nothing"),
                "2026-11-23",
            ),
            // The clocks go back on 2026-10-25 at 3:00 in Zurich: a day of 25 hours.
            ("2026-10-24T21:59:59Z", Some("Europe/Zurich"), "2026-10-24"),
            ("2026-10-24T22:00:00Z", Some("Europe/Zurich"), "2026-10-25"),
            ("2026-10-25T22:59:59Z", Some("Europe/Zurich"), "2026-10-25"),
            ("2026-10-25T23:00:00Z", Some("Europe/Zurich"), "2026-10-26"),
            // And forward on 2026-03-29: one of 23.
            ("2026-03-28T23:00:00Z", Some("Europe/Zurich"), "2026-03-29"),
            ("2026-03-29T21:59:59Z", Some("Europe/Zurich"), "2026-03-29"),
            ("2026-03-29T22:00:00Z", Some("Europe/Zurich"), "2026-03-30"),
        ] {
            let seen = day(at(time), &zone(name));
            assert_eq!(seen.to_string(), expected, "{time} {name:?}");
        }
    }

    #[test]
    fn weeks_begin_on_mondays_and_belong_to_the_year_of_their_thursday() {
        for (time, expected) in [
            ("2026-11-22T23:59:59Z", "2026-W47"),
            ("2026-11-23T00:00:00Z", "2026-W48"),
            ("2027-01-03T23:59:59Z", "2026-W53"),
            ("2027-01-04T00:00:00Z", "2027-W01"),
        ] {
            assert_eq!(week(at(time)), expected, "{time}");
        }
        assert_eq!(
            week_end(at("2026-11-23T00:00:00Z")),
            at("2026-11-30T00:00:00Z")
        );
        assert_eq!(
            week_end(at("2027-01-03T23:59:59Z")),
            at("2027-01-04T00:00:00Z")
        );
    }

    #[test]
    fn a_zone_that_moved_across_the_date_line_left_a_day_out() {
        let date = |text: &str| parse(text).unwrap();
        let samoa = zone(Some("Pacific/Apia"));
        for (text, expected) in [
            ("2011-12-29", true),
            ("2011-12-30", false),
            ("2011-12-31", true),
        ] {
            assert_eq!(exists(date(text), &samoa), expected, "{text}");
        }
        assert!(exists(date("2011-12-30"), &TimeZone::UTC));
        let between: Vec<Date> = between(date("2026-02-27"), date("2026-03-02")).collect();
        assert_eq!(between, [date("2026-02-28"), date("2026-03-01")]);
    }

    proptest! {
        #[test]
        fn a_week_ends_where_the_next_begins(millis in 0_i64..4_000_000_000_000) {
            let now = Timestamp::from_millis(millis);
            let end = week_end(now);
            prop_assert!(end > now && end.since(now) <= 7 * 24 * 60 * 60 * 1000);
            prop_assert_eq!(week(end.plus(-1)), week(now));
            prop_assert_ne!(week(end), week(now));
        }
    }
}
