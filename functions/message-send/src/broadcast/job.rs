//! `POST /internal/jobs/broadcasts`: gives the recipients of broadcasts their turns.

use std::time::{Duration, Instant};

use whisper_kit::error::Result;
use whisper_kit::jobs::{self, ReportView, Tally};
use whisper_kit::log::{self, Level};
use whisper_kit::{Auth, Code, Ctx, Endpoint, Method, Reply, Request};
use whisper_schema::prelude::Broadcast;
use whisper_store::{Filter, Order, Query};

use super::turn;

/// The job's name.
pub const JOB: &str = "broadcasts";

/// How many messages that are due are read at once.
const PAGE: u32 = 50;
/// How long a run goes on, give or take a recipient. A request has 30 s on the embedded host.
const TIME: Duration = Duration::from_secs(15);

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/internal/jobs/broadcasts",
        "runBroadcasts",
        "Delivers broadcasts to recipients who haven't had their turn.",
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

/// Goes through the messages that are due, by their times. While the clock may be wrong nothing is sent.
async fn run(ctx: &Ctx, tally: &Tally) -> Result<()> {
    if !jobs::is_time_borne_out(ctx).await? {
        tally.cap();
        return Ok(());
    }
    let end = Instant::now() + TIME;
    let due = Query::<Broadcast>::new()
        .filter(Filter::le(Broadcast::DUE_AT, ctx.now()))
        .order(Order::asc(Broadcast::DUE_AT))
        .limit(PAGE);
    let due = ctx.read(due.page()).await?;
    let is_more = due.next.is_some();
    for broadcast in &due.items {
        match turn::go_on(ctx, &broadcast.id, end).await {
            Ok((done, more)) => {
                tally.done(done);
                if more {
                    tally.cap();
                }
            }
            Err(error) if error.is_outage() => return Err(error),
            Err(error) => {
                let cause = error.source_text().unwrap_or_default();
                let fields = [
                    ("messageId", broadcast.id.as_str().into()),
                    ("cause", cause.into()),
                ];
                let kind = "broadcast_not_delivered";
                log::write(Level::Error, kind, ctx.request_id(), &fields);
                tally.add(&ReportView {
                    found: 1,
                    failed: 1,
                    ..ReportView::default()
                });
            }
        }
    }
    if is_more {
        tally.cap();
    }
    Ok(())
}
