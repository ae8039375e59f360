//! One run of everything: events, the outbox, what is due.

use std::time::{Duration, Instant};

use whisper_kit::jobs::Report;
use whisper_kit::{Ctx, Result};

use super::{fan_out, react, send};
use crate::Worker;

/// How long each part of a run goes on, give or take a commit and what is on its way. Each has a time of its own: however
/// much one has to do, the others get on. All of them together stay far below the 30 s that a request has on the
/// embedded host.
const TIME: Duration = Duration::from_secs(4);

/// Handles what there is, each part whatever became of the others.
///
/// # Errors
/// The first part's that had any; what was committed before stays.
pub async fn run(ctx: &Ctx, worker: &Worker) -> Result<Report> {
    let end = || Instant::now() + TIME;
    let parts = [
        react::run(ctx, end()).await,
        fan_out::run(ctx, end()).await,
        send::run(ctx, worker, end()).await,
    ];
    let mut report = Report::default();
    for part in parts {
        let (done, more) = part?;
        report.found += done;
        report.done += done;
        report.capped |= more;
    }
    Ok(report)
}
