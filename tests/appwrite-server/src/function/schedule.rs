//! Schedules (A:src/Appwrite/Task/Validator/Cron.php, and Platform/Tasks/ScheduleFunctions.php).

use std::str::FromStr;

use croner::Cron;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::run::{self, Trigger};
use crate::moment::Moment;
use crate::project::Project;

/// A schedule of five fields, or of a name such as `@hourly`; the library knows no seconds and no `@reboot`.
pub fn parse(text: &str) -> Option<Cron> {
    match text.starts_with('@') || text.split_whitespace().count() == 5 {
        true => Cron::from_str(text).ok(),
        false => None,
    }
}

/// Whether a schedule is due in the minute of this moment.
fn is_due(text: &str, now: Moment) -> bool {
    let minute = now.0.div_euclid(60_000) * 60_000;
    let time = Timestamp::from_millisecond(minute).map(|time| time.to_zoned(TimeZone::UTC));
    match (parse(text), time) {
        (Some(cron), Ok(time)) => cron.is_time_matching(&time).unwrap_or_default(),
        _ => false,
    }
}

/// Starts the functions that are due in this minute.
pub fn start(project: &mut Project) {
    let now = project.now();
    let due = project
        .functions
        .iter()
        .filter(|function| is_due(function.text("schedule"), now));
    let due: Vec<String> = due.map(|function| function.id.clone()).collect();
    for id in due {
        run::later(project, &id, &Trigger::Schedule);
    }
}
