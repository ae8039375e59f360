//! The part of the job `scheduled-messages` that gives the recipients of broadcasts their turns.

use std::time::{Duration, Instant};

use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_kit::jobs::{ReportView, Tally};
use whisper_kit::log::{self, Level};
use whisper_schema::prelude::Broadcast;
use whisper_store::{Filter, Order, Query};

use super::turn;

/// How many messages that are due are read at once.
const PAGE: u32 = 50;
/// How long a run goes on, give or take a recipient. A request has 30 s on the embedded host, and scheduled messages had theirs of it.
const TIME: Duration = Duration::from_secs(10);

/// Goes through the messages that are due, by their times.
///
/// # Errors
/// The store's.
pub async fn deliver(ctx: &Ctx, tally: &Tally) -> Result<()> {
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
