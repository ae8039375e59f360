//! A run: finds what is due, removes it in bounded commits, goes on behind what fails.

use std::time::Instant;

use whisper_kit::jobs::{Report, Tally};
use whisper_kit::log::{self, Level};
use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{Column, Document, Story, StoryReaction, StoryView, Timestamp};
use whisper_store::{Batch, Committed, Filter, Order, Page, Query, Store, StoreError};

use crate::budget::{Bounds, Budget};
use crate::pack::{Due, Pack, packs};

/// How far the stories that are due are counted.
const MAX_FOUND: u64 = 100_000;

/// Removes what expired before the run began, as far as the bounds allow. Another run, even at the
/// same time, goes on where this one stops: a story goes only after all that hangs on it.
///
/// # Errors
/// The store's, when nothing could be looked up.
pub async fn sweep(ctx: &Ctx, bounds: Bounds, tally: &Tally) -> Result<()> {
    let store = ctx.store().await?;
    let mut run = Run {
        ctx,
        store,
        bounds,
        budget: Budget::new(&bounds),
        report: Report::default(),
    };
    let outcome = run.remove_all().await;
    // Those that expired while it was counted, or beyond the count, are found as well.
    run.report.found = run.report.found.max(run.report.done + run.report.failed);
    tally.add(&run.report);
    outcome
}

/// Stories that are due, the longest expired first.
fn due(now: Timestamp) -> Query<Story> {
    Query::new()
        .filter(Filter::le(Story::EXPIRES_AT, now))
        .order(Order::asc(Story::EXPIRES_AT))
}

enum Flow {
    GoOn,
    Stop,
}

/// Why something wasn't removed.
enum Trouble {
    /// The run's bounds are reached; the next run goes on.
    Spent,
    /// The database can't be written to: nothing else would work either.
    Outage(StoreError),
    /// This one thing doesn't work.
    Failed(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Unavailable(_) => Trouble::Outage(error),
            error => Trouble::Failed(error),
        }
    }
}

struct Run<'a> {
    ctx: &'a Ctx,
    store: &'a Store,
    bounds: Bounds,
    budget: Budget,
    report: Report,
}

impl Run<'_> {
    fn first_page(&self) -> Query<Story> {
        due(self.ctx.now()).limit(self.bounds.stories_per_commit)
    }

    async fn remove_all(&mut self) -> Result<()> {
        let store = self.store;
        let all = due(self.ctx.now()).count(MAX_FOUND);
        let (found, mut page) = store.read((all, self.first_page().page())).await?;
        self.report.found = found;
        loop {
            let next = page.next.clone();
            if let Flow::Stop = self.remove_page(page).await? {
                self.report.capped = true;
                return Ok(());
            }
            let Some(next) = next else { return Ok(()) };
            page = store.read(self.first_page().after(next).page()).await?;
        }
    }

    async fn remove_page(&mut self, page: Page<Story>) -> Result<Flow> {
        let ids: Vec<String> = page
            .items
            .into_iter()
            .map(|story| story.into_inner().id)
            .collect();
        if ids.is_empty() {
            return Ok(Flow::GoOn);
        }
        for pack in packs(self.weigh(ids).await?, self.bounds.rows_per_commit) {
            let flow = match pack {
                Pack::Small(ids) => self.remove_small(&ids).await,
                Pack::Large(id) => self.remove_each(&[id]).await,
            };
            if matches!(flow, Flow::Stop) {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::GoOn)
    }

    /// Counts what hangs on these stories, each just far enough.
    async fn weigh(&self, ids: Vec<String>) -> Result<Vec<Due>> {
        let enough = self.bounds.rows_per_commit + 1;
        let views: Vec<_> = ids
            .iter()
            .map(|id| of_story::<StoryView>(StoryView::STORY_ID, id))
            .collect();
        let reactions: Vec<_> = ids
            .iter()
            .map(|id| of_story::<StoryReaction>(StoryReaction::STORY_ID, id))
            .collect();
        let views = self.store.count_many(views, enough).await?;
        let reactions = self.store.count_many(reactions, enough).await?;
        let counts = ids.into_iter().zip(views).zip(reactions);
        Ok(counts
            .map(|((id, views), reactions)| Due {
                id,
                views,
                reactions,
            })
            .collect())
    }

    /// Removes stories in one commit; if that fails, each on its own, so that one bad row stops
    /// nobody else.
    async fn remove_small(&mut self, ids: &[String]) -> Flow {
        if self.budget.is_spent() {
            return Flow::Stop;
        }
        match self.remove(ids).await {
            Ok(done) => {
                self.report.done += done;
                Flow::GoOn
            }
            Err(Trouble::Failed(_)) => self.remove_each(ids).await,
            Err(trouble) => self.stop(trouble),
        }
    }

    async fn remove_each(&mut self, ids: &[String]) -> Flow {
        for id in ids {
            match self.remove_one(id).await {
                Ok(done) => self.report.done += done,
                Err(Trouble::Failed(error)) => self.failed(id, &error),
                Err(trouble) => return self.stop(trouble),
            }
        }
        Flow::GoOn
    }

    fn failed(&mut self, id: &str, error: &StoreError) {
        self.report.failed += 1;
        let fields = [("storyId", id.into()), ("cause", error.to_string().into())];
        log::write(
            Level::Error,
            "story_not_removed",
            self.ctx.request_id(),
            &fields,
        );
    }

    fn stop(&mut self, trouble: Trouble) -> Flow {
        if let Trouble::Outage(error) | Trouble::Failed(error) = trouble {
            self.report.failed += 1;
            let fields = [("cause", error.to_string().into())];
            log::write(
                Level::Error,
                "story_expiry_stopped",
                self.ctx.request_id(),
                &fields,
            );
        }
        Flow::Stop
    }

    /// Removes a story with any number of views and reactions: these first.
    async fn remove_one(&mut self, id: &str) -> Result<u64, Trouble> {
        self.drain::<StoryView>(StoryView::STORY_ID, id).await?;
        self.drain::<StoryReaction>(StoryReaction::STORY_ID, id)
            .await?;
        self.remove(&[id.to_owned()]).await
    }

    /// Deletes all documents of a story, commit by commit.
    async fn drain<D: Document>(&mut self, story: Column<D>, id: &str) -> Result<(), Trouble> {
        let most = self.bounds.rows_per_commit;
        loop {
            if self.budget.is_spent() {
                return Err(Trouble::Spent);
            }
            let batch = Batch::new().delete_where(Filter::eq(story, id), most);
            let deleted = self.commit(batch).await?.affected.iter().sum::<u64>();
            if deleted < most {
                return Ok(());
            }
        }
    }

    /// Removes stories with what little hangs on them.
    async fn remove(&mut self, ids: &[String]) -> Result<u64, Trouble> {
        let batch = removal(ids, self.bounds.rows_per_commit, self.ctx.now());
        let committed = self.commit(batch).await?;
        Ok(committed.affected.last().copied().unwrap_or(0))
    }

    async fn commit(&mut self, batch: Batch) -> Result<Committed, Trouble> {
        let since = Instant::now();
        let committed = self.store.commit(batch).await?;
        let rows = committed.affected.iter().sum();
        self.budget.spend(self.store, rows, since).await;
        Ok(committed)
    }
}

/// Removes expired stories with at most `rows` views and reactions of theirs, views first. One too many,
/// which only a request that was under way when the story expired can have left, fails the commit.
pub fn removal(ids: &[String], rows: u64, now: Timestamp) -> Batch {
    let ids = || ids.iter().map(String::as_str);
    let views = || Filter::is_in(StoryView::STORY_ID, ids());
    let reactions = || Filter::is_in(StoryReaction::STORY_ID, ids());
    let expired = Filter::le(Story::EXPIRES_AT, now);
    Batch::new()
        .delete_where(views(), rows)
        .delete_where(reactions(), rows)
        .expect_none(views())
        .expect_none(reactions())
        .delete_where(
            Filter::and([Filter::is_in(Column::id(), ids()), expired]),
            rows,
        )
}

fn of_story<D: Document>(story: Column<D>, id: &str) -> Query<D> {
    Query::new().filter(Filter::eq(story, id))
}
