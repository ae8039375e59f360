//! `POST /internal/jobs/community-departures`: has members who left a community leave its groups, and users whose account went their
//! conversations.

use std::time::{Duration, Instant};

use whisper_kit::jobs::{self, ReportView, Tally};
use whisper_kit::{Auth, Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::prelude::{CommunityDeparture, UserDeparture};
use whisper_store::{Order, Query};

use super::departures::go_on;
use crate::departure;

/// The job's name.
const JOB: &str = "community-departures";
/// How many departures are read at once.
const PAGE: u32 = 100;
/// How long a run goes on, give or take a group. A request has 30 s on the embedded host.
const TIME: Duration = Duration::from_secs(15);

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/internal/jobs/community-departures",
        "runCommunityDepartures",
        "Has members who left a community, or were sent away, leave its groups, and users whose account went all conversations.",
        handle,
    )
    .auth(Auth::Operator)
    .reply::<ReportView>(
        200,
        "The counts of the run; capped means that the next run goes on",
    )
    .codes(&[Code::JobFailed])
}

async fn handle(ctx: Ctx, _: Request) -> Result<Reply> {
    jobs::run(&ctx, JOB, async |tally| run(&ctx, tally).await).await
}

async fn run(ctx: &Ctx, tally: &Tally) -> Result<()> {
    let end = Instant::now() + TIME;
    users(ctx, tally, end).await?;
    communities(ctx, tally, end).await
}

/// Users whose account went.
async fn users(ctx: &Ctx, tally: &Tally, end: Instant) -> Result<()> {
    let due = Query::<UserDeparture>::new()
        .order(Order::asc(UserDeparture::DUE_AT))
        .limit(PAGE);
    let due = ctx.read(due.page()).await?;
    for note in &due.items {
        let (done, more) = departure::go_on(ctx, note, end).await?;
        tally.done(done);
        if more {
            tally.cap();
            return Ok(());
        }
    }
    if due.next.is_some() {
        tally.cap();
    }
    Ok(())
}

async fn communities(ctx: &Ctx, tally: &Tally, end: Instant) -> Result<()> {
    let due = Query::<CommunityDeparture>::new()
        .order(Order::asc(CommunityDeparture::DUE_AT))
        .limit(PAGE);
    let due = ctx.read(due.page()).await?;
    for departure in &due.items {
        let (done, more) = go_on(ctx, &departure.id, end).await?;
        tally.done(done);
        if more {
            tally.cap();
            return Ok(());
        }
    }
    if due.next.is_some() {
        tally.cap();
    }
    Ok(())
}
