#![doc = include_str!("../README.md")]

mod jobs;
mod retention;

use whisper_kit::jobs::ReportView;
use whisper_kit::page::Listing;
use whisper_kit::{Api, Auth, Code, Endpoint, Method};

pub use jobs::JOBS;

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);

/// The endpoints of this function.
pub fn api() -> Api {
    Api::new(
        "operator",
        "The jobs of the bundle, and how their runs went.",
    )
    .numbers(&retention::DAYS)
    .endpoint(
        Endpoint::new(
            Method::GET,
            "/internal/jobs",
            "listJobs",
            "All jobs, each with its last run.",
            jobs::list,
        )
        .auth(Auth::Operator)
        .reply::<jobs::JobListView>(200, "All jobs."),
    )
    .endpoint(
        Endpoint::new(
            Method::POST,
            "/internal/jobs/retention",
            "runRetention",
            "Removes documents that have been kept for as long as their collections say.",
            retention::handle,
        )
        .auth(Auth::Operator)
        .reply::<ReportView>(200, "The counts of its removals.")
        .codes(&[Code::JobFailed]),
    )
    .endpoint(
        Endpoint::new(
            Method::GET,
            "/internal/jobs/{name}/runs",
            "listJobRuns",
            "The runs of a job, the latest first.",
            jobs::runs,
        )
        .auth(Auth::Operator)
        .reply::<Listing<jobs::RunView>>(200, "A page of runs.")
        .codes(&[Code::NotFound]),
    )
}
