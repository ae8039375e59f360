//! Several limits in one commit.

use whisper_schema::Timestamp;
use whisper_store::{Batch, Committed};

use super::{Limit, Rate};
use crate::ctx::Ctx;
use crate::error::{Error, Result, ResultExt};
use crate::retry::Attempt;

/// How much one request uses of limits.
#[derive(Debug, Default)]
pub struct Uses(Vec<Limit>);

impl Uses {
    /// So much of each of these rates, by the caller.
    ///
    /// # Errors
    /// The errors of reading the session.
    pub async fn of(ctx: &Ctx, uses: &[(Rate, usize)]) -> Result<Self> {
        let mut limits = Vec::new();
        for (rate, times) in uses {
            limits.push(rate.of_caller(ctx).await?.times(*times));
        }
        Ok(Uses(limits))
    }

    /// Counts as a part of the commit.
    pub fn count_in(&self, batch: Batch, now: Timestamp) -> Batch {
        let limits = self.0.iter();
        limits.fold(batch, |batch, limit| limit.count_in(batch, now))
    }

    /// Counts and commits in one; none when the documents it was decided by have changed in the meantime.
    ///
    /// # Errors
    /// `rate_limited`, and the store's.
    pub async fn try_commit(&self, ctx: &Ctx, batch: Batch) -> Result<Option<Committed>> {
        let batch = self.count_in(batch, ctx.now());
        let outcome = ctx.store().await?.commit(batch).await;
        Ok(match Attempt::of(self.refuse(outcome, ctx.now()))? {
            Attempt::Done(committed) => Some(committed),
            Attempt::Retry => None,
        })
    }

    /// Makes the refusal where one of the limits failed the commit.
    ///
    /// # Errors
    /// The refusal, or the error itself.
    pub fn refuse<T>(&self, outcome: Result<T, impl Into<Error>>, now: Timestamp) -> Result<T> {
        let outcome = outcome.map_err(Into::into);
        let limits = self.0.iter();
        limits.fold(outcome, |outcome, limit| outcome.on_reached(limit, now))
    }
}

impl From<Vec<Limit>> for Uses {
    fn from(limits: Vec<Limit>) -> Self {
        Uses(limits)
    }
}
