//! One run of everything: events, the outbox, what is due.

use std::rc::Rc;
use std::time::{Duration, Instant};

use whisper_kit::jobs::{Report, Tally};
use whisper_kit::{Ctx, Result};

use super::{fan_out, react, send, senders};
use crate::Worker;

/// How long each part of a run goes on, give or take a commit and what is on its way. Each has a time of its own: however
/// much one has to do, the others get on. All of them together stay far below the 30 s that a request has on the
/// embedded host.
const TIME: Duration = Duration::from_secs(4);

/// Makes pushes of what there is, each part whatever became of the other; they are sent after the answer.
///
/// # Errors
/// The first part's that had any; what was committed before stays.
pub async fn react(ctx: &Ctx, worker: &Rc<Worker>) -> Result<Report> {
    let tally = Tally::default();
    let made = make(ctx, &tally).await;
    senders::wake(ctx, worker);
    made?;
    Ok(tally.report())
}

/// Makes pushes and sends what is due, each part whatever became of the others.
///
/// # Errors
/// As [`react`].
pub async fn run(ctx: &Ctx, worker: &Worker, tally: &Tally) -> Result<()> {
    let made = make(ctx, tally).await;
    let sent = send::run(ctx, worker, Instant::now() + TIME, tally).await;
    made.and(sent)
}

async fn make(ctx: &Ctx, tally: &Tally) -> Result<()> {
    let notified = react::run(ctx, Instant::now() + TIME, tally).await;
    let handed_on = fan_out::run(ctx, Instant::now() + TIME, tally).await;
    notified.and(handed_on)
}
