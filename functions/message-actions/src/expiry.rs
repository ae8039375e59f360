//! `POST /internal/jobs/message-expiry`: removes messages whose end has come.

use std::collections::BTreeMap;

use whisper_kit::jobs::{self, Bounds, Budget, Call, Due, Expiring, ReportView};
use whisper_kit::{Auth, Code, Ctx, Endpoint, Method, Params, Reply, Request, Result};
use whisper_messages::Mirror;
use whisper_schema::Ephemeral;
use whisper_schema::prelude::{Column, Message, MessageExpiry, Timestamp};
use whisper_store::{Doc, Filter, Order, Query};

use crate::broadcast::follow;
use crate::files;
use crate::naming::forget;
use crate::once::Opened;
use crate::remains::Remains;
use crate::removal::{DueMessage, hanging, pushes, removal};

/// The job's name.
pub const JOB: &str = "message-expiry";

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/internal/jobs/message-expiry",
        "runMessageExpiry",
        "Removes messages whose end has come, with everything that copies or names them; and contents that all have viewed who could, once.",
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
    jobs::run(&ctx, call, JOB, async |tally| {
        // A request has 30 s: the last has the rest of the others' time.
        let part = |parts| Bounds {
            time: Bounds::default().time / parts,
            ..Bounds::default()
        };
        follow(&Budget::new(&ctx, part(4)), tally).await?;
        jobs::expire(&ctx, &Opened, part(4), tally).await?;
        jobs::expire(&ctx, &Remains, part(2), tally).await?;
        jobs::expire(&ctx, &Messages, Bounds::default(), tally).await
    })
    .await
}

/// Messages, with everything that copies or names them.
pub struct Messages;

impl Expiring for Messages {
    type End = MessageExpiry;
    type Item = Option<Message>;
    const NOT_REMOVED: (&'static str, &'static str) = ("message_not_removed", "messageId");

    fn ended(&self, now: Timestamp) -> Query<MessageExpiry> {
        Query::new()
            .filter(Filter::le(MessageExpiry::EXPIRES_AT, now))
            .order(Order::asc(MessageExpiry::EXPIRES_AT))
    }

    async fn due(
        &self,
        run: &Budget<'_>,
        ended: Vec<Doc<MessageExpiry>>,
    ) -> Result<Vec<DueMessage>> {
        let named: Vec<String> = ended.iter().map(|end| end.id.clone()).collect();
        forget(run, &named).await?;
        let ids = ended.iter().map(|end| end.id.as_str());
        let query = Query::<Message>::new()
            .filter(Filter::is_in(Column::id(), ids))
            .limit(run.bounds.items_per_commit);
        let found = run.ctx.read(query).await?.into_iter().map(Doc::into_inner);
        let mut found: BTreeMap<String, Message> = found
            .filter(|message| !message.lasts(run.ctx.now()))
            .map(|message| (message.id.clone(), message))
            .collect();
        let due = ended.into_iter().map(|end| {
            let item = found.remove(&end.id);
            Due {
                id: end.into_inner().id,
                // Mentions, notices of reactions and files, as far as they are known. Further pushes, marks and reactions aren't counted.
                rows: 1 + item.as_ref().map_or(0, |m| {
                    m.mentions.len() + Mirror::of(m).users().count() + files::rows(m)
                }) as u64,
                item,
            }
        });
        Ok(due.collect())
    }

    async fn remove(&self, run: &Budget<'_>, due: &[DueMessage]) -> Result<u64> {
        run.commit(removal(run, due).await?).await?;
        Ok(due.len() as u64)
    }

    async fn clear(&self, run: &Budget<'_>, due: &DueMessage) -> Result<()> {
        forget(run, std::slice::from_ref(&due.id)).await?;
        let due = std::slice::from_ref(due);
        run.drain(&pushes(due)).await?;
        hanging(due).drain(run).await
    }
}
