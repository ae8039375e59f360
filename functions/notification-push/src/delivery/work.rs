//! One run of everything: the outbox, events, and pushes that are due.

use std::rc::Rc;
use std::time::{Duration, Instant};

use whisper_kit::jobs::{ReportView, Tally};
use whisper_kit::{Ctx, Result};

use super::{intake, react, send, senders};
use crate::worker::Worker;

/// How long each part of a run goes on, give or take a commit and the pushes that are on their way. Each has a time of its own: however
/// much one has to do, the others get on. All of them together stay far below the 30 s that a request has on the
/// embedded host.
const TIME: Duration = Duration::from_secs(4);
/// How long events are handled before messages that came in the meantime are looked at: somebody may mention many.
const SLICE: Duration = Duration::from_millis(300);

/// Makes pushes of all entries and events, each part even if the other failed; they are sent after the answer.
///
/// # Errors
/// The first part's that had any; commits before it stay.
pub async fn react(ctx: &Ctx, worker: &Rc<Worker>) -> Result<ReportView> {
    let tally = Tally::default();
    let made = make(ctx, &tally).await;
    senders::wake(ctx, worker);
    made?;
    Ok(tally.report())
}

/// Makes pushes and sends the due ones, each part even if another failed.
///
/// # Errors
/// As [`react`].
pub async fn run(ctx: &Ctx, worker: &Rc<Worker>, tally: &Tally) -> Result<()> {
    let made = make(ctx, tally).await;
    let call_another = || senders::wake(ctx, worker);
    let sent = send::run(ctx, worker, Instant::now() + TIME, tally, &call_another).await;
    if let Ok(Some(next)) = sent {
        senders::wake_at(ctx, worker, next);
    }
    made.and(sent.map(drop))
}

async fn make(ctx: &Ctx, tally: &Tally) -> Result<()> {
    let end = Instant::now() + TIME;
    loop {
        let taken_in = intake::run(ctx, end, tally).await;
        let slice = Tally::default();
        let notified = react::run(ctx, end.min(Instant::now() + SLICE), &slice).await;
        let is_over = Instant::now() >= end;
        let report = slice.report();
        tally.done(report.done);
        taken_in.and(notified)?;
        if is_over && report.capped {
            tally.cap();
        } else if is_over && report.is_held_back {
            tally.hold_back();
        }
        if is_over || !(report.capped || report.is_held_back) {
            return Ok(());
        }
    }
}
