#![doc = include_str!("../README.md")]

mod expiry;

use whisper_kit::jobs::{self, Bounds, Call, ReportView};
use whisper_kit::{Api, Auth, Code, Ctx, Endpoint, Method, Params, Reply, Request, Result};

pub use expiry::{Stories, removal};

/// The job's name.
pub const JOB: &str = "story-expiry";

/// The function's endpoint.
pub fn api() -> Api {
    let summary = "Removes expired stories with their views and reactions.";
    Api::new(
        JOB,
        "Removes expired stories with their views and reactions",
    )
    .endpoint(
        Endpoint::new(
            Method::POST,
            "/internal/jobs/story-expiry",
            "runStoryExpiry",
            summary,
            handle,
        )
        .auth(Auth::Operator)
        .reply::<ReportView>(
            200,
            "The counts of the run; capped means that the next run goes on",
        )
        .codes(&[Code::JobFailed]),
    )
}

async fn handle(ctx: Ctx, _: Request, Params(call): Params<Call>) -> Result<Reply> {
    jobs::run(&ctx, call, JOB, async |tally| {
        jobs::expire(&ctx, &Stories, Bounds::default(), tally).await
    })
    .await
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
