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
    /// Why it ended early.
    #[attr(size = 1000)]
    pub error: Option<String>,
}
