//! The job, and the reaction to commits: events become deliveries, and deliveries are sent.

use std::rc::Rc;
use std::time::{Duration, Instant};

use whisper_kit::jobs::{self, Call, ReportView, Tally};
use whisper_kit::{Api, Auth, Code, Ctx, Endpoint, Method, Params, Request, Result};

use crate::JOB;
use crate::outgoing::delivery::{events, send, sweep, wake};
use crate::worker::Worker;

/// How long each part of a run goes on, give or take the requests that are on their way. All of them together stay far below
/// the 30 s that a request has on the embedded host.
const TIME: Duration = Duration::from_secs(6);

/// The endpoints.
pub fn endpoints(api: Api, worker: &Rc<Worker>) -> Api {
    let reacting = Rc::clone(worker);
    api.endpoint(job_endpoint(worker)).consumer(move |ctx| {
        let worker = Rc::clone(&reacting);
        async move { react(&ctx, &worker).await }
    })
}

/// Makes deliveries of all events; they are sent after the answer.
async fn react(ctx: &Ctx, worker: &Rc<Worker>) -> Result<ReportView> {
    let tally = Tally::default();
    let made = events::run(ctx, TIME, &tally).await;
    wake(ctx, worker);
    made?;
    Ok(tally.report())
}

fn job_endpoint(worker: &Rc<Worker>) -> Endpoint {
    let worker = Rc::clone(worker);
    let job = move |ctx: Ctx, _: Request, Params(call): Params<Call>| {
        let worker = Rc::clone(&worker);
        async move {
            jobs::run(&ctx, call, JOB, async |tally| {
                run(&ctx, &worker, tally).await
            })
            .await
        }
    };
    Endpoint::new(
        Method::POST,
        "/internal/jobs/integrations",
        "runIntegrations",
        "Tells webhooks of events: all that events start as well; and tidies up.",
        job,
    )
    .auth(Auth::Operator)
    .reply::<ReportView>(
        200,
        "The counts of the run; capped means that the next run goes on",
    )
    .codes(&[Code::JobFailed])
}

/// The schedule's run: each part even if another failed.
async fn run(ctx: &Ctx, worker: &Rc<Worker>, tally: &Tally) -> Result<()> {
    let made = events::run(ctx, TIME, tally).await;
    let sent = send::run(ctx, worker, Instant::now() + TIME, tally).await;
    let swept = sweep::run(ctx, tally).await;
    made.and(sent).and(swept)
}
