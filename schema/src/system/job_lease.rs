//! The leases of the scheduled jobs.

use crate::{Collection, Timestamp};

/// The lease of a job: its holder runs it, and nobody else does meanwhile.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "systemDB", id = "jobLeases", name = "Job leases", system)]
#[access(server = "Bookkeeping of the components.")]
#[retention(forever = "One document for each job.")]
pub struct JobLease {
    /// Id of the document: the job's name.
    pub id: String,
    /// Id of the run that holds it; none while nobody does.
    #[attr(size = 36)]
    pub holder: Option<String>,
    /// When it ends unless it is renewed, by the database's clock; none while nobody holds it.
    pub until: Option<Timestamp>,
    /// The time in the schedule that the latest run was for, of those that ended and were for one.
    pub ran_for: Option<Timestamp>,
}
