//! `POST /internal/jobs/community-departures`: has members who left a community leave its groups, and users whose account went their
//! conversations.

use std::time::{Duration, Instant};

use whisper_kit::jobs::{self, Call, ReportView, Tally};
use whisper_kit::log::{self, Level};
use whisper_kit::{Auth, Code, Ctx, Endpoint, Error, Method, Params, Reply, Request, Result};
use whisper_schema::Document;
use whisper_schema::prelude::{Column, CommunityDeparture, UserDeparture};
use whisper_store::{Batch, Filter, Order, Patch, Query};

use super::departures::go_on;
use crate::departure;

/// The job's name.
const JOB: &str = "community-departures";
/// How many departures are read at once.
const PAGE: u32 = 100;
/// How long a departure waits at which the server failed, in milliseconds.
const WAIT: i64 = 10 * 60_000;
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

async fn handle(ctx: Ctx, _: Request, Params(call): Params<Call>) -> Result<Reply> {
    jobs::run(&ctx, call, JOB, async |tally| run(&ctx, tally).await).await
}

async fn run(ctx: &Ctx, tally: &Tally) -> Result<()> {
    let end = Instant::now() + TIME;
    let user = async |note: &UserDeparture| departure::go_on(ctx, note, end).await;
    let of_users = each(ctx, tally, UserDeparture::DUE_AT, user).await;
    let member = async |note: &CommunityDeparture| go_on(ctx, &note.id, end).await;
    let of_communities = each(ctx, tally, CommunityDeparture::DUE_AT, member).await;
    of_users.and(of_communities)
}

/// Goes on with the departures that are due, by their times. One at which the server fails waits for a while: others get on.
async fn each<D: Document>(
    ctx: &Ctx,
    tally: &Tally,
    due_at: Column<D>,
    go_on: impl AsyncFn(&D) -> Result<(u64, bool)>,
) -> Result<()> {
    let now = ctx.now();
    // None waits for longer: a time further ahead is of a clock that was wrong.
    let is_due = Filter::or([
        Filter::le(due_at, now),
        Filter::gt(due_at, now.plus(2 * WAIT)),
    ]);
    let due = Query::<D>::new()
        .filter(is_due)
        .order(Order::asc(due_at))
        .limit(PAGE);
    let due = ctx.read(due.page()).await?;
    for note in &due.items {
        match go_on(note).await {
            Ok((done, false)) => tally.done(done),
            Ok((done, true)) => {
                tally.done(done);
                tally.cap();
                return Ok(());
            }
            Err(error) if error.is_outage() => return Err(error),
            Err(error) => {
                failed(ctx, tally, note.id(), &error);
                let later = Patch::new().set(due_at, now.plus(WAIT));
                ctx.try_commit(Batch::new().update(note.id(), later))
                    .await?;
            }
        }
    }
    if due.next.is_some() {
        tally.cap();
    }
    Ok(())
}

fn failed(ctx: &Ctx, tally: &Tally, id: &str, error: &Error) {
    let cause = error.source_text().unwrap_or_default();
    let fields = [
        ("departureId", id.into()),
        ("code", error.code().as_str().into()),
        ("cause", cause.into()),
    ];
    log::write(Level::Error, "departure_failed", ctx.request_id(), &fields);
    tally.add(&ReportView {
        found: 1,
        failed: 1,
        ..ReportView::default()
    });
}
