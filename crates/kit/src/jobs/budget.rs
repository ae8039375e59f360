//! Bounds of a run that removes things, and the rest of them.

use std::cell::Cell;
use std::time::{Duration, Instant};

use whisper_schema::Document;
use whisper_store::{Batch, Committed, Filter};

use crate::ctx::Ctx;
use crate::error::Result;

/// How much a run, and each of its commits, may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The most items that one commit removes.
    pub items_per_commit: u32,
    /// The most rows of one kind beside the items that one commit removes.
    pub rows_per_commit: u64,
    /// The most commits of a run.
    pub commits: u64,
    /// How long a run goes on, give or take a commit. A request has 30 s on the embedded host.
    pub time: Duration,
}

impl Default for Bounds {
    /// The write lock is held for less than 50 ms; functions/story-expiry/README.md has the measurements.
    fn default() -> Self {
        Self {
            items_per_commit: 50,
            rows_per_commit: 200,
            commits: 5_000,
            time: Duration::from_secs(15),
        }
    }
}

/// The rest of a run's bounds. Commits of the run go through it.
pub struct Budget<'a> {
    /// The run's context.
    pub ctx: &'a Ctx,
    /// The bounds that it began with.
    pub bounds: Bounds,
    commits: Cell<u64>,
    end: Instant,
}

impl<'a> Budget<'a> {
    /// All of it.
    pub fn new(ctx: &'a Ctx, bounds: Bounds) -> Self {
        Self {
            ctx,
            bounds,
            commits: Cell::new(bounds.commits),
            end: Instant::now() + bounds.time,
        }
    }

    /// Whether the run must stop.
    pub fn is_spent(&self) -> bool {
        self.commits.get() == 0 || Instant::now() >= self.end
    }

    /// Commits, and leaves the database to others for as long as that took: requests that wait for the lock get it,
    /// however much there is to remove.
    ///
    /// # Errors
    /// The store's.
    pub async fn commit(&self, batch: Batch) -> Result<Committed> {
        let (store, since) = (self.ctx.store().await?, Instant::now());
        self.commits.set(self.commits.get().saturating_sub(1));
        let outcome = store.commit(batch).await;
        store.pause(since.elapsed()).await;
        Ok(outcome?)
    }

    /// Deletes the documents that meet the filter, commit by commit, until none is left or the budget is spent.
    ///
    /// # Errors
    /// The store's.
    pub async fn drain<D: Document>(&self, filter: &Filter<D>) -> Result<()> {
        let commit = async |batch| match self.is_spent() {
            true => Ok(None),
            false => self.commit(batch).await.map(Some),
        };
        super::in_portions(filter, self.bounds.rows_per_commit, commit).await
    }
}
