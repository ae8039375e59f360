//! Expiry: the removal of items whose end has come, with everything that hangs on them.

use std::slice;

use whisper_schema::{Document, Timestamp};
use whisper_store::{Doc, Query};

use super::budget::{Bounds, Budget};
use super::{ReportView, Tally, is_time_borne_out};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::log::{self, Level};
use crate::many::together;
use crate::retry::Attempt;

/// How far the items that are due are counted.
const MAX_FOUND: u64 = 100_000;

/// An item whose end has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due<T> {
    /// Its id.
    pub id: String,
    /// How many rows of one kind go with it; enough to tell whether one commit takes them.
    pub rows: u64,
    /// The item itself, as far as its removal needs it.
    pub item: T,
}

/// A kind of items that are removed when their end has come.
#[allow(async_fn_in_trait)] // Components have one thread.
pub trait Expiring {
    /// The documents that tell the ends.
    type End: Document;
    /// An item.
    type Item;
    /// The event in the log of an item that couldn't be removed, and the field that names it.
    const NOT_REMOVED: (&'static str, &'static str);

    /// The ends that have come, the longest ago first.
    fn ended(&self, now: Timestamp) -> Query<Self::End>;

    /// The items of these ends.
    async fn due(
        &self,
        run: &Budget<'_>,
        ended: Vec<Doc<Self::End>>,
    ) -> Result<Vec<Due<Self::Item>>>;

    /// Removes items in one commit of the budget's, and gives how many. An error that is stale, as when more hangs on
    /// them than the commit takes, has them removed one by one.
    async fn remove(&self, run: &Budget<'_>, due: &[Due<Self::Item>]) -> Result<u64>;

    /// Removes the documents that hang on one item over several commits ([`Budget::drain`]), so that the item can go.
    async fn clear(&self, run: &Budget<'_>, due: &Due<Self::Item>) -> Result<()>;
}

/// Removes the items whose end had come when the run began, as far as the bounds allow. Another run, even at the same
/// time, goes on where this one stops. While the clock may be wrong nothing is removed.
///
/// # Errors
/// The store's, when the database can't be reached or is busy; items removed before stay removed, and counted.
pub async fn expire<E: Expiring>(ctx: &Ctx, kind: &E, bounds: Bounds, tally: &Tally) -> Result<()> {
    if !is_time_borne_out(ctx).await? {
        tally.cap();
        return Ok(());
    }
    let run = Run {
        kind,
        budget: Budget::new(ctx, bounds),
        tally,
    };
    run.all().await
}

struct Run<'a, E> {
    kind: &'a E,
    budget: Budget<'a>,
    tally: &'a Tally,
}

impl<E: Expiring> Run<'_, E> {
    async fn all(&self) -> Result<()> {
        let (ctx, bounds) = (self.budget.ctx, self.budget.bounds);
        let ended = || self.kind.ended(ctx.now());
        let first = ended().limit(bounds.items_per_commit);
        let (found, mut page) = ctx
            .read((ended().count(MAX_FOUND), first.clone().page()))
            .await?;
        loop {
            let next = page.next;
            let due = self.kind.due(&self.budget, page.items).await?;
            for pack in packs(due, bounds.rows_per_commit) {
                if self.budget.is_spent() {
                    self.tally.cap();
                    self.leave(found);
                    return Ok(());
                }
                self.remove(&pack).await?;
            }
            // The next page begins behind the items that couldn't be removed.
            let Some(next) = next else { break };
            page = ctx.read(first.clone().after(next).page()).await?;
        }
        self.leave(found);
        Ok(())
    }

    /// Counts as found also items that were left for the next run.
    fn leave(&self, found: u64) {
        let so_far = self.tally.report().found;
        self.tally.add(&ReportView {
            found: found.saturating_sub(so_far),
            ..ReportView::default()
        });
    }

    /// Removes items in one commit; if that fails, each in one of its own, so that one that can't be removed doesn't
    /// stop the others.
    async fn remove(&self, pack: &[Due<E::Item>]) -> Result<()> {
        let outcome = together(pack, async |some| match some {
            [one] => self.remove_alone(one).await,
            some => self.kind.remove(&self.budget, some).await,
        })
        .await?;
        let done = outcome.done.iter().map(|(_, done)| done).sum();
        self.tally.done(done);
        for (one, error) in outcome.failed {
            self.failed(&one.id, &error);
        }
        Ok(())
    }

    async fn remove_alone(&self, one: &Due<E::Item>) -> Result<u64> {
        let budget = &self.budget;
        if one.rows > budget.bounds.rows_per_commit && !budget.is_spent() {
            self.kind.clear(budget, one).await?;
        }
        budget
            .ctx
            .retry(async || {
                if budget.is_spent() {
                    self.tally.cap();
                    return Ok(Attempt::Done(0));
                }
                let outcome = self.kind.remove(budget, slice::from_ref(one)).await;
                if outcome.as_ref().is_err_and(Error::is_stale) {
                    self.kind.clear(budget, one).await?;
                }
                Attempt::of(outcome)
            })
            .await
    }

    fn failed(&self, id: &str, error: &Error) {
        self.tally.add(&ReportView {
            found: 1,
            failed: 1,
            ..ReportView::default()
        });
        let (event, field) = E::NOT_REMOVED;
        let cause = error.source_text().unwrap_or_default();
        let fields = [(field, id.into()), ("cause", cause.into())];
        log::write(Level::Error, event, self.budget.ctx.request_id(), &fields);
    }
}

/// Items in their order, in packs with so many rows of one kind at most; an item with more is a pack of its own.
fn packs<T>(due: Vec<Due<T>>, rows: u64) -> Vec<Vec<Due<T>>> {
    let mut packs: Vec<Vec<Due<T>>> = Vec::new();
    let mut room = 0;
    for one in due {
        match packs.last_mut() {
            Some(pack) if one.rows <= room => {
                room -= one.rows;
                pack.push(one);
            }
            _ => {
                room = rows.saturating_sub(one.rows);
                packs.push(vec![one]);
            }
        }
    }
    packs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_filled_and_never_overfilled() {
        let due = |rows: &u64| Due {
            id: rows.to_string(),
            rows: *rows,
            item: (),
        };
        for (rows, expected) in [
            (vec![], vec![]),
            (vec![1; 10], vec![10]),
            (vec![1; 11], vec![10, 1]),
            (vec![5, 5, 1], vec![2, 1]),
            (vec![1, 101, 1], vec![1, 1, 1]),
            (vec![0; 50], vec![50]),
            (vec![10, 0, 0, 1], vec![3, 1]),
        ] {
            let packs = packs(rows.iter().map(due).collect(), 10);
            let sizes: Vec<usize> = packs.iter().map(Vec::len).collect();
            assert_eq!(sizes, expected, "{rows:?}");
        }
    }
}
