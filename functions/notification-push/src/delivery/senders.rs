//! The senders work beside the parts that find out what to send, and after the answer to the function's caller. However
//! long a push service takes, events become notifications and messages are handed on; and others of the
//! senders go on with pushes that came in the meantime.

use std::rc::Rc;
use std::time::{Duration, Instant};

use whisper_kit::jobs::Tally;
use whisper_kit::{Ctx, Result};

use super::send;
use crate::JOB;
use crate::worker::{AtWork, Worker};

/// How long a round goes on, give or take the pushes that are on their way.
const TIME: Duration = Duration::from_secs(4);
/// How many rounds one goes on for before another takes its place.
const ROUNDS: u32 = 5;

/// Has one begin after the answer, unless all are at work; then one of these looks again before it ends.
pub fn wake(ctx: &Ctx, worker: &Rc<Worker>) {
    if worker.senders.call() {
        let work = go_on(ctx.clone(), Rc::clone(worker));
        ctx.after_answer(JOB, "sendPushes", work);
    }
}

async fn go_on(ctx: Ctx, worker: Rc<Worker>) -> Result<()> {
    {
        let _at_work = AtWork::begin(&worker);
        let call_another = || wake(&ctx, &worker);
        for _ in 0..ROUNDS {
            worker.senders.take_again();
            let tally = Tally::default();
            let end = Instant::now() + TIME;
            send::run(&ctx, &worker, end, &tally, &call_another).await?;
            if !tally.report().capped && !worker.senders.take_again() {
                return Ok(());
            }
        }
    }
    wake(&ctx, &worker);
    Ok(())
}
