//! Who sends: beside those who find out what is to be sent, and after the answer to whoever woke the function. However
//! long a push service takes, events become notifications and messages are handed on; and others of the
//! senders go on with what came in the meantime.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use whisper_kit::jobs::Tally;
use whisper_kit::{Ctx, Result};

use super::send;
use crate::{JOB, Worker};

/// How many of an instance are at work at once. Leases keep them, and those of other instances, apart.
const AT_WORK: u32 = 4;
/// How long a round goes on, give or take what is on its way.
const TIME: Duration = Duration::from_secs(4);
/// How many rounds one goes on for before another takes its place.
const ROUNDS: u32 = 5;

/// The senders of an instance.
#[derive(Default)]
pub struct Senders {
    /// Whether one is called that has not begun.
    called: Cell<bool>,
    at_work: Cell<u32>,
    /// Whether somebody came when all were at work.
    again: Cell<bool>,
}

/// One that is at work, until dropped.
struct AtWork(Rc<Worker>);

impl AtWork {
    fn begin(worker: &Rc<Worker>) -> Self {
        let senders = &worker.senders;
        senders.called.set(false);
        senders.at_work.set(senders.at_work.get() + 1);
        Self(Rc::clone(worker))
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        let at_work = &self.0.senders.at_work;
        at_work.set(at_work.get().saturating_sub(1));
    }
}

/// Has one begin after the answer, unless all are at work; then one of these looks again before it ends.
pub fn wake(ctx: &Ctx, worker: &Rc<Worker>) {
    let senders = &worker.senders;
    if senders.at_work.get() >= AT_WORK {
        senders.again.set(true);
    } else if !senders.called.replace(true) {
        let work = go_on(ctx.clone(), Rc::clone(worker));
        ctx.after_answer(JOB, "sendPushes", work);
    }
}

async fn go_on(ctx: Ctx, worker: Rc<Worker>) -> Result<()> {
    {
        let _at_work = AtWork::begin(&worker);
        for _ in 0..ROUNDS {
            worker.senders.again.set(false);
            let tally = Tally::default();
            send::run(&ctx, &worker, Instant::now() + TIME, &tally).await?;
            if !tally.report().capped && !worker.senders.again.get() {
                return Ok(());
            }
        }
    }
    wake(&ctx, &worker);
    Ok(())
}
