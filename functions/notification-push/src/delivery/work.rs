//! One run of everything: events, the outbox, what is due.

use std::time::{Duration, Instant};

use whisper_kit::jobs::Report;
use whisper_kit::{Ctx, Result};

use super::{fan_out, react, send};
use crate::Worker;

/// How long a run goes on, give or take a commit and what is on its way. A request has 30 s on the embedded host.
pub const TIME: Duration = Duration::from_secs(10);

/// Handles what there is, each part whatever became of the others.
///
/// # Errors
/// The first part's that had any; what was committed before stays.
pub async fn run(ctx: &Ctx, worker: &Worker) -> Result<Report> {
    let end = Instant::now() + TIME;
    let parts = [
        react::run(ctx, end).await,
        fan_out::run(ctx, end).await,
        send::run(ctx, worker, end).await,
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
