//! The senders work beside the parts that find out what to send, and after the answer to the function's caller. However
//! long a push service takes, events become notifications and messages are handed on; and others of the
//! senders go on with pushes that came in the meantime.

use std::rc::Rc;
use std::time::{Duration, Instant};

use whisper_kit::jobs::Tally;
use whisper_kit::{Ctx, Result};
use whisper_schema::Timestamp;

use super::send;
use crate::JOB;
use crate::worker::{AtWork, Waiting, Worker};

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

/// Has one begin at a time when a push is due, unless the instance waits for one already: the sender that begins then sees to the next.
/// On Appwrite an instance may be stopped as soon as it has answered: there the schedule does it.
pub fn wake_at(ctx: &Ctx, worker: &Rc<Worker>, due: Timestamp) {
    if cfg!(not(feature = "spin")) {
        return;
    }
    let Some(waiting) = Waiting::begin(worker) else {
        return;
    };
    let (own, worker) = (ctx.clone(), Rc::clone(worker));
    ctx.after_answer(JOB, "waitForPushes", async move {
        own.wait_until(due).await;
        drop(waiting);
        wake(&own, &worker);
        Ok(())
    });
}

async fn go_on(ctx: Ctx, worker: Rc<Worker>) -> Result<()> {
    {
        let _at_work = AtWork::begin(&worker);
        let call_another = || wake(&ctx, &worker);
        for _ in 0..ROUNDS {
            worker.senders.take_again();
            let tally = Tally::default();
            let end = Instant::now() + TIME;
            let next = send::run(&ctx, &worker, end, &tally, &call_another).await?;
            if let Some(next) = next {
                wake_at(&ctx, &worker, next);
            }
            if !tally.report().capped && !worker.senders.take_again() {
                return Ok(());
            }
        }
    }
    wake(&ctx, &worker);
    Ok(())
}
