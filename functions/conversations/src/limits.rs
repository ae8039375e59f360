//! How much one user may make for others.

use whisper_kit::rate_limit::{Limit, Rate};
use whisper_kit::{Attempt, Ctx, Error, Result, ResultExt};
use whisper_schema::prelude::Timestamp;
use whisper_store::{Batch, Committed};

/// Groups that one user may make.
pub const GROUPS: Rate = Rate::per_hour("group", "group_rate_per_hour", 200);
/// Direct conversations that one user may begin with people who don't know them.
pub const STRANGERS: Rate = Rate::per_hour("stranger", "stranger_rate_per_hour", 60);
/// People whom one user may bring into groups.
pub const ADDED: Rate = Rate::per_hour("added member", "added_member_rate_per_hour", 3000);

/// Changes of groups that one user may make: details, settings, roles, removals, bans.
pub const CHANGES: Rate = Rate::per_hour(
    "conversation change",
    "conversation_change_rate_per_hour",
    1000,
);

/// Drafts that one user may save or discard: clients save while somebody types.
pub const DRAFTS: Rate = Rate::per_minute("draft", "draft_rate_per_minute", 120);

/// How much of their limits the caller uses with one request.
#[derive(Debug, Default)]
pub struct Uses(Vec<Limit>);

impl Uses {
    /// So much of each of these.
    ///
    /// # Errors
    /// Those of the session.
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
    /// That refusal, or the error itself.
    pub fn refuse<T>(&self, outcome: Result<T, impl Into<Error>>, now: Timestamp) -> Result<T> {
        let outcome = outcome.map_err(Into::into);
        let limits = self.0.iter();
        limits.fold(outcome, |outcome, limit| outcome.on_reached(limit, now))
    }
}
