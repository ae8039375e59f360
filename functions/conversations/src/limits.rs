//! How much one user may make for others.

use whisper_kit::rate_limit::{Limit, Rate};
use whisper_kit::{Ctx, Error, Result, ResultExt};
use whisper_schema::prelude::Timestamp;
use whisper_store::Batch;

/// Groups that one user may make.
pub const GROUPS: Rate = Rate::per_hour("group", "group_rate_per_hour", 200);
/// Direct conversations that one user may begin with people who don't know them.
pub const STRANGERS: Rate = Rate::per_hour("stranger", "stranger_rate_per_hour", 60);
/// People whom one user may bring into groups.
pub const ADDED: Rate = Rate::per_hour("added member", "added_member_rate_per_hour", 3000);

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

    /// Makes the refusal where one of the limits failed the commit.
    ///
    /// # Errors
    /// That refusal, or what the error was.
    pub fn refuse<T>(&self, outcome: Result<T, impl Into<Error>>, now: Timestamp) -> Result<T> {
        let outcome = outcome.map_err(Into::into);
        let limits = self.0.iter();
        limits.fold(outcome, |outcome, limit| outcome.on_reached(limit, now))
    }
}
