//! `POST /internal/jobs/message-expiry`: removes messages whose end has come.

use std::slice;
use std::time::Instant;

use whisper_kit::jobs::{self, Report, Tally};
use whisper_kit::log::{self, Level};
use whisper_kit::{Attempt, Auth, Code, Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_schema::Document;
use whisper_store::{Batch, Filter};

use crate::bounds::{Bounds, Budget};
use crate::due::{Due, ends, messages as due_messages, packs};
use crate::hanging;
use crate::removal::{messages, pushes, remove};

/// The job's name.
pub const JOB: &str = "message-expiry";

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/internal/jobs/message-expiry",
        "runMessageExpiry",
        "Removes messages whose end has come, with everything that copies or names them.",
        handle,
    )
    .auth(Auth::Operator)
    .reply::<Report>(
        200,
        "What the run did; capped means that the next run goes on",
    )
    .codes(&[Code::JobFailed])
}

async fn handle(ctx: Ctx, _: Request) -> Result<Reply> {
    jobs::run(&ctx, JOB, async |tally| {
        sweep(&ctx, Bounds::default(), tally).await
    })
    .await
}

/// Removes the messages whose end had come when the run began, as far as the bounds allow. Another run, even at the
/// same time, goes on where this one stops.
///
/// # Errors
/// That the database can't be reached or is busy; messages removed before stay removed, and counted.
pub async fn sweep(ctx: &Ctx, bounds: Bounds, tally: &Tally) -> Result<()> {
    let mut run = Run {
        ctx,
        bounds,
        budget: Budget::new(&bounds),
        tally,
    };
    let mut next = None;
    loop {
        let query = ends(ctx.now(), bounds.messages_per_commit).after(next.take());
        let page = ctx.read(query.page()).await?;
        let due = due_messages(ctx, &page.items, bounds.messages_per_commit).await?;
        for pack in packs(due, bounds.rows_per_commit) {
            if run.budget.is_spent() {
                tally.cap();
                return Ok(());
            }
            run.remove_pack(&pack).await?;
        }
        // Behind messages that couldn't be removed.
        next = page.next;
        if next.is_none() {
            return Ok(());
        }
    }
}

struct Run<'a> {
    ctx: &'a Ctx,
    bounds: Bounds,
    budget: Budget,
    tally: &'a Tally,
}

impl Run<'_> {
    /// Removes messages in one commit; if that fails, each in one of its own, so that one that can't be removed doesn't
    /// stop the others.
    async fn remove_pack(&mut self, pack: &[Due]) -> Result<()> {
        match self.remove_at_once(pack).await {
            Ok(true) => return Ok(()),
            Err(error) if error.code() == Code::Unavailable => return Err(error),
            Ok(false) | Err(_) => {}
        }
        for one in pack {
            match self.remove_alone(one).await {
                Ok(()) => {}
                Err(error) if error.code() == Code::Unavailable => return Err(error),
                Err(error) => self.failed(&one.id, &error),
            }
        }
        Ok(())
    }

    /// False when something changed before the commit.
    async fn remove_at_once(&mut self, pack: &[Due]) -> Result<bool> {
        let since = Instant::now();
        let outcome = remove(self.ctx, pack, self.bounds.rows_per_commit).await?;
        self.budget.spend(self.ctx.store().await?, since).await;
        match outcome {
            Attempt::Done(more) => self.removed(pack, more).await.map(|()| true),
            Attempt::Retry => Ok(false),
        }
    }

    async fn remove_alone(&mut self, one: &Due) -> Result<()> {
        let (ctx, rows, since) = (self.ctx, self.bounds.rows_per_commit, Instant::now());
        let one = slice::from_ref(one);
        let messages = messages(one);
        self.drain(&hanging::reactions(&messages)).await?;
        self.drain(&hanging::reaction_counts(&messages)).await?;
        let more = ctx.retry(async || remove(ctx, one, rows).await).await?;
        self.budget.spend(ctx.store().await?, since).await;
        self.removed(one, more).await
    }

    /// Counts messages that were removed, and removes the rest of their pushes. Pushes that a run leaves behind at its
    /// bounds carry ids alone, are never sent, and go when their own time is over.
    async fn removed(&mut self, due: &[Due], mut more: bool) -> Result<()> {
        self.tally.done(due.len() as u64);
        let (store, rows) = (self.ctx.store().await?, self.bounds.rows_per_commit);
        while more && !self.budget.is_spent() {
            let since = Instant::now();
            let batch = Batch::new().delete_where(pushes(due), rows);
            let deleted = store.commit(batch).await?.affected.iter().sum::<u64>();
            self.budget.spend(store, since).await;
            more = deleted == rows;
        }
        Ok(())
    }

    /// Removes what a crowd hung on messages over several commits, so that the messages can go.
    async fn drain<D: Document>(&mut self, these: &Filter<D>) -> Result<()> {
        let (store, rows) = (self.ctx.store().await?, self.bounds.rows_per_commit);
        while !self.budget.is_spent() {
            let since = Instant::now();
            let batch = Batch::new().delete_where(these.clone(), rows);
            let deleted = store.commit(batch).await?.affected.iter().sum::<u64>();
            self.budget.spend(store, since).await;
            if deleted < rows {
                break;
            }
        }
        Ok(())
    }

    fn failed(&self, message: &str, error: &Error) {
        self.tally.add(&Report {
            found: 1,
            failed: 1,
            ..Report::default()
        });
        let cause = error.source_text().unwrap_or_default();
        let fields = [("messageId", message.into()), ("cause", cause.into())];
        log::write(
            Level::Error,
            "message_not_removed",
            self.ctx.request_id(),
            &fields,
        );
    }
}
