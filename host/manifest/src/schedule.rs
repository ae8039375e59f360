//! Schedules: five-field cron expressions, read in UTC against the guests' clock.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A cron expression.
#[derive(Clone, Debug)]
pub struct Cron(croner::Cron);

impl Cron {
    /// Parses the five fields minute, hour, day of month, month, day of week.
    pub fn parse(text: &str) -> Result<Self, String> {
        let fields = text.split_whitespace().count();
        if fields != 5 {
            return Err(format!(
                "has {fields} fields instead of the five minute, hour, day, month, weekday"
            ));
        }
        croner::Cron::from_str(text)
            .map(Self)
            .map_err(|e| e.to_string())
    }

    /// The first time after `time`.
    pub fn next_after(&self, time: Timestamp) -> Option<Timestamp> {
        let time = time.to_zoned(TimeZone::UTC);
        let next = self.0.find_next_occurrence(&time, false).ok()?;
        Some(next.timestamp())
    }

    /// The last time that is not after `time`, within the five years before it.
    pub fn last_until(&self, time: Timestamp) -> Option<Timestamp> {
        let time = time.to_zoned(TimeZone::UTC);
        let last = self.0.find_previous_occurrence(&time, true).ok()?;
        Some(last.timestamp())
    }

    /// The expression as it was written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// One schedule.
#[derive(Clone, Debug)]
pub struct ScheduleEntry {
    /// Name of the job, unique.
    pub name: String,
    /// The times, in UTC.
    pub cron: Cron,
    /// The path that a `POST` goes to.
    pub route: String,
}

/// The plan of the jobs: which are due when. Occurrences missed in between (the host was down or busy, the clock was moved) count
/// as one.
#[derive(Debug)]
pub struct Planner {
    jobs: Vec<Job>,
    seen: Timestamp,
}

#[derive(Debug)]
struct Job {
    cron: Cron,
    next: Option<Timestamp>,
    /// When it is due again for a time that has been, as it was put off; and that time.
    again: Option<(Timestamp, Timestamp)>,
}

/// A job that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its index among the schedules.
    pub index: usize,
    /// The time in its schedule that it is due for, the latest that has been. Hosts of one schedule have the same ones.
    pub at: Timestamp,
}

impl Planner {
    /// Starts at `now`. `last` tells when a job ran last: a job that became due since then is due now. A job that never
    /// ran has missed nothing.
    pub fn new(
        schedules: &[ScheduleEntry],
        now: Timestamp,
        last: impl Fn(&str) -> Option<Timestamp>,
    ) -> Self {
        let job = |entry: &ScheduleEntry| Job {
            // One that ran later than now ran by another clock.
            next: entry
                .cron
                .next_after(last(&entry.name).map_or(now, |last| last.min(now))),
            cron: entry.cron.clone(),
            again: None,
        };
        Self {
            jobs: schedules.iter().map(job).collect(),
            seen: now,
        }
    }

    /// The jobs due at `now`, each told once.
    pub fn due(&mut self, now: Timestamp) -> Vec<Due> {
        let back = now < self.seen;
        self.seen = now;
        let mut due = Vec::new();
        for (index, job) in self.jobs.iter_mut().enumerate() {
            let next = job.next.filter(|next| *next <= now);
            // Times that were put off are made up for by a later one.
            let again = job
                .again
                .take_if(|(from, _)| next.is_some() || back || *from <= now);
            if let Some(next) = next {
                let at = job.cron.last_until(now).unwrap_or(next);
                due.push(Due { index, at });
            } else if let Some((_, at)) = again {
                due.push(Due { index, at });
            }
            if next.is_some() || back {
                job.next = job.cron.next_after(now);
            }
        }
        due
    }

    /// Has a job be due again, for the same time: it was under way elsewhere, and may have been cut off there.
    pub fn put_off(&mut self, due: Due, until: Timestamp) {
        if let Some(job) = self.jobs.get_mut(due.index) {
            job.again = Some((until, due.at));
        }
    }

    /// The jobs that are overdue at `now`, by index, with the time since when.
    pub fn overdue(&self, now: Timestamp) -> Vec<(usize, Timestamp)> {
        let jobs = self.jobs.iter().enumerate();
        let next = jobs.filter_map(|(index, job)| Some((index, job.next?)));
        next.filter(|(_, next)| *next <= now).collect()
    }

    /// The next time that any job is due.
    pub fn next(&self) -> Option<Timestamp> {
        let again = |job: &Job| job.again.map(|(from, _)| from);
        let times = self.jobs.iter().flat_map(|job| [job.next, again(job)]);
        times.flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn planner(crons: &[&str], now: &str) -> Planner {
        let entry = |cron: &&str| ScheduleEntry {
            name: (*cron).to_owned(),
            cron: Cron::parse(cron).unwrap(),
            route: "/".into(),
        };
        Planner::new(
            &crons.iter().map(entry).collect::<Vec<_>>(),
            at(now),
            |_| None,
        )
    }

    /// The indexes of the jobs that are due.
    fn due(planner: &mut Planner, now: &str) -> Vec<usize> {
        planner.due(at(now)).iter().map(|due| due.index).collect()
    }

    #[test]
    fn a_job_that_was_due_in_between_is_due_at_the_start() {
        let daily = ScheduleEntry {
            name: "daily".into(),
            cron: Cron::parse("17 3 * * *").unwrap(),
            route: "/".into(),
        };
        for (last, due) in [
            (Some("2026-11-23T03:17:00Z"), None),
            (Some("2026-11-23T03:16:59Z"), Some("2026-11-23T03:17:00Z")),
            (Some("2026-11-20T12:00:00Z"), Some("2026-11-21T03:17:00Z")),
            (Some("2027-01-01T00:00:00Z"), None),
            (None, None),
        ] {
            let now = at("2026-11-23T09:00:00Z");
            let mut planner = Planner::new(std::slice::from_ref(&daily), now, |_| last.map(at));
            let overdue = planner.overdue(now);
            assert_eq!(
                overdue.first().map(|(_, due)| *due),
                due.map(at),
                "{last:?}"
            );
            assert_eq!(planner.due(now).len(), usize::from(due.is_some()));
            assert!(
                planner.due(now).is_empty(),
                "once, however many were missed"
            );
            assert_eq!(planner.next(), Some(at("2026-11-24T03:17:00Z")));
        }
    }

    #[test]
    fn last_times() {
        for (cron, time, last) in [
            ("17 3 * * *", "2026-11-23T03:17:00Z", "2026-11-23T03:17:00Z"),
            ("17 3 * * *", "2026-11-23T03:16:59Z", "2026-11-22T03:17:00Z"),
            (
                "* * * * *",
                "2026-11-23T06:44:09.5Z",
                "2026-11-23T06:44:00Z",
            ),
        ] {
            let cron = Cron::parse(cron).unwrap();
            assert_eq!(cron.last_until(at(time)), Some(at(last)), "{time}");
        }
    }

    #[test]
    fn next_times() {
        let cases = [
            ("* * * * *", "2026-11-23T06:44:00Z", "2026-11-23T06:45:00Z"),
            (
                "* * * * *",
                "2026-11-23T06:44:09.5Z",
                "2026-11-23T06:45:00Z",
            ),
            ("0 3 * * *", "2026-11-23T06:44:09Z", "2026-11-24T03:00:00Z"),
            (
                "*/15 * * * *",
                "2026-11-23T06:44:09Z",
                "2026-11-23T06:45:00Z",
            ),
            ("0 0 29 2 *", "2026-11-23T06:44:09Z", "2028-02-29T00:00:00Z"),
            ("0 9 * * 1", "2026-11-23T09:00:00Z", "2026-11-30T09:00:00Z"),
        ];
        for (cron, now, next) in cases {
            assert_eq!(
                Cron::parse(cron).unwrap().next_after(at(now)),
                Some(at(next)),
                "{cron}"
            );
        }
    }

    #[test]
    fn only_five_fields() {
        for cron in [
            "",
            "* * * *",
            "* * * * * *",
            "@daily",
            "61 * * * *",
            "a b c d e",
        ] {
            assert!(Cron::parse(cron).is_err(), "{cron}");
        }
    }

    #[test]
    fn each_job_is_due_once_however_far_the_clock_jumps() {
        let mut planner = planner(&["* * * * *", "0 3 * * *"], "2026-11-23T06:44:09Z");
        assert_eq!(due(&mut planner, "2026-11-23T06:44:59Z"), [0; 0]);
        assert_eq!(due(&mut planner, "2026-11-23T06:45:00Z"), [0]);
        assert_eq!(due(&mut planner, "2026-11-23T06:45:30Z"), [0; 0]);
        assert_eq!(due(&mut planner, "2026-11-24T08:00:30Z"), [0, 1]);
        assert_eq!(planner.next(), Some(at("2026-11-24T08:01:00Z")));
    }

    #[test]
    fn a_clock_set_back_is_followed() {
        let mut planner = planner(&["* * * * *"], "2026-11-23T06:44:09Z");
        assert_eq!(due(&mut planner, "2026-11-20T00:00:09Z"), [0; 0]);
        assert_eq!(due(&mut planner, "2026-11-20T00:01:00Z"), [0]);
    }

    #[test]
    fn a_job_is_due_for_the_latest_time_of_its_schedule() {
        let mut planner = planner(&["*/10 * * * *"], "2026-11-23T06:44:09Z");
        let due = planner.due(at("2026-11-23T07:15:33Z"));
        assert_eq!(due.first().unwrap().at, at("2026-11-23T07:10:00Z"));
    }

    #[test]
    fn a_job_that_was_put_off_is_due_again_for_the_same_time() {
        let mut planner = planner(&["0 3 * * *"], "2026-11-23T02:59:00Z");
        let three = planner.due(at("2026-11-23T03:00:00Z"));
        planner.put_off(three[0], at("2026-11-23T03:00:30Z"));
        assert_eq!(planner.next(), Some(at("2026-11-23T03:00:30Z")));
        assert!(planner.due(at("2026-11-23T03:00:29Z")).is_empty());
        assert_eq!(planner.due(at("2026-11-23T03:00:30Z")), three);
        assert!(planner.due(at("2026-11-23T03:01:30Z")).is_empty(), "once");
    }

    #[test]
    fn a_later_time_makes_up_for_one_that_was_put_off() {
        let mut planner = planner(&["* * * * *"], "2026-11-23T06:44:09Z");
        let first = planner.due(at("2026-11-23T06:45:50Z"));
        planner.put_off(first[0], at("2026-11-23T06:46:20Z"));
        let second = planner.due(at("2026-11-23T06:46:00Z"));
        assert_eq!(second[0].at, at("2026-11-23T06:46:00Z"));
        assert!(planner.due(at("2026-11-23T06:46:30Z")).is_empty());
    }

    #[test]
    fn a_job_that_was_put_off_is_not_lost_when_the_clock_is_set_back() {
        let mut planner = planner(&["0 3 * * *"], "2026-11-23T02:59:00Z");
        let three = planner.due(at("2026-11-23T03:00:00Z"));
        planner.put_off(three[0], at("2026-11-23T03:00:30Z"));
        assert_eq!(planner.due(at("2026-11-22T12:00:00Z")), three);
    }
}
