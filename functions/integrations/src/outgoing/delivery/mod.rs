//! Deliveries: from the events of conversations to the programs that are told of them.
//!
//! A consumer of the event log makes deliveries ([`events`]), which hold ids alone; a sender takes those that are due
//! ([`lease`]), makes the body of each as a member sees the event at that moment ([`content`]), sends it ([`send`]) and records how it went
//! ([`record`]).

mod content;
pub mod events;
mod lease;
mod outcome;
mod record;
pub mod send;
pub mod sweep;

use std::rc::Rc;
use std::time::{Duration, Instant};

use whisper_kit::Ctx;
use whisper_kit::jobs::Tally;

use crate::JOB;
use crate::worker::Worker;

/// The type of an event that a member sends to see whether it arrives.
pub const TEST: &str = "test";

/// How long a sender goes on after an answer, give or take the requests that are on their way.
const TIME: Duration = Duration::from_secs(20);

/// Has deliveries sent after the answer, unless a sender of the instance is at work: that one looks again.
pub fn wake(ctx: &Ctx, worker: &Rc<Worker>) {
    let Some(worker) = Worker::begin(worker) else {
        return;
    };
    let sender = ctx.clone();
    ctx.after_answer(JOB, "sendWebhooks", async move {
        let end = Instant::now() + TIME;
        loop {
            worker.take_again();
            send::run(&sender, &worker, end, &Tally::default()).await?;
            if !worker.take_again() || Instant::now() >= end {
                return Ok(());
            }
        }
    });
}
