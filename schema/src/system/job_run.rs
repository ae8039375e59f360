//! Runs of the scheduled jobs.

use crate::{Collection, Timestamp};

/// One run of a job, with its numbers.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "systemDB", id = "jobRuns", name = "Job runs", system)]
#[access(server = "The operator's.")]
#[retention(days(started_at) = 30, job = "retention")]
#[index(idx_job_time(job, started_at desc))]
pub struct JobRun {
    /// Id of the document.
    pub id: String,
    /// Name of the job, such as `story-expiry`.
    #[attr(size = 100)]
    pub job: String,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended; none while it runs, or if it was cut off.
    pub finished_at: Option<Timestamp>,
    /// Number of items that were due.
    #[attr(min = 0)]
    pub found: i64,
    /// Number of items dealt with.
    #[attr(min = 0)]
    pub done: i64,
    /// Number of items that failed and stay due.
    #[attr(min = 0)]
    pub failed: i64,
    /// Whether it stopped at its cap with more to do.
    #[attr(default = false)]
    pub capped: bool,
    /// The reason for which it ended early.
    #[attr(size = 1000)]
    pub error: Option<String>,
}

/// Milliseconds for which runs have to agree about the time before it is believed.
const AGREED: i64 = 10 * 60_000;
/// The longest pause between two runs that still agree, in milliseconds: 3 days.
const PAUSE: i64 = 3 * 24 * 3_600_000;

impl JobRun {
    /// Runs that [`JobRun::agree`] needs at most: far more than start in ten minutes.
    pub const WITNESSES: u32 = 200;

    /// Whether the latest runs, of all jobs, bear out that it is `now`; for a job to ask before it deletes by age. A
    /// clock that jumps ahead, even for a minute, would have it delete everything.
    ///
    /// Runs come in the order of their commits, the latest first. They agree when each started soon after the one before,
    /// back to one of ten minutes ago. After a pause of more than 3 days, which looks like a clock that jumped, that takes ten
    /// minutes. Runs that are too few to tell, in a young database, agree.
    pub fn agree<'a>(latest_first: impl IntoIterator<Item = &'a JobRun>, now: Timestamp) -> bool {
        let mut later = now;
        for run in latest_first {
            let pause = later.since(run.started_at);
            if !(-AGREED..=PAUSE).contains(&pause) {
                return false;
            }
            if now.since(run.started_at) >= AGREED {
                return true;
            }
            later = run.started_at;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;
    const DAY: i64 = 24 * 60 * MINUTE;

    /// Whether runs of so many milliseconds ago, the latest first, agree.
    fn agree(ago: &[i64]) -> bool {
        let now = Timestamp::from_millis(1_000 * DAY);
        let runs: Vec<JobRun> = ago
            .iter()
            .map(|ago| JobRun {
                started_at: now.plus(-ago),
                ..JobRun::default()
            })
            .collect();
        JobRun::agree(&runs, now)
    }

    #[test]
    fn a_clock_that_jumped_is_believed_after_ten_minutes() {
        let year = 365 * DAY;
        for (ago, expected, case) in [
            (&[0][..], true, "the first run of all"),
            (&[0, MINUTE, 10 * MINUTE, year], true, "ten minutes of it"),
            (&[0, MINUTE, 9 * MINUTE, year], false, "nine minutes of it"),
            (&[0, year], false, "a year ahead, or a year's pause"),
            (&[0, -year], false, "it was a year ahead just now"),
            (&[0, MINUTE, -year, year], false, "a minute ago"),
            (&[0, DAY], true, "a daily job"),
            (&[0, 3 * DAY + 1], false, "a longer pause"),
            (&[0, -MINUTE, 10 * MINUTE], true, "another host's clock"),
        ] {
            assert_eq!(agree(ago), expected, "{case}");
        }
    }
}
