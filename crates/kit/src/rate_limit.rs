//! Rate limits: counters in fixed windows, kept in the store because instances share no memory. The job `retention` removes counters
//! of past windows.

mod rate;

use serde_json::Value;
use whisper_schema::Timestamp;
use whisper_schema::prelude::RateLimit;
use whisper_store::{Batch, Committed, Filter, Patch};

use crate::ctx::Ctx;
use crate::error::{Code, Error, Limiting, Result, ResultExt};
use crate::ids::derived_id;
use crate::retry::Attempt;

pub use rate::Rate;

/// The batch's label for a counter that belongs to no [`Rate`], to tell its failure from others'.
pub const LABEL: &str = "rate_limit";
/// The longest name of a counter.
const MAX_NAME: usize = 256;

/// How often something may happen.
#[derive(Clone, Debug)]
pub struct Limit {
    /// The name of the counter, such as `sign-up:203.0.113.9`.
    pub bucket: String,
    /// How often per window; 0 for no limit.
    pub limit: u64,
    /// Length of a window in seconds.
    pub window: i64,
    /// The batch's label for the counter.
    pub label: &'static str,
    /// How much one counting counts.
    pub step: u32,
}

impl Limit {
    /// A limit.
    pub fn new(bucket: impl Into<String>, limit: u64, window: i64) -> Self {
        Self {
            bucket: bucket.into(),
            limit,
            window,
            label: LABEL,
            step: 1,
        }
    }

    /// The same limit where one counting stands for so many things, such as the members that one request adds. A count
    /// that is more than the limit by itself passes once per window, so that nothing is refused for ever.
    #[must_use]
    pub fn times(mut self, step: usize) -> Self {
        self.step = u32::try_from(step).unwrap_or(u32::MAX);
        self
    }

    /// Counts in a commit of its own.
    ///
    /// # Errors
    /// [`Code::RateLimited`].
    pub async fn count(&self, ctx: &Ctx) -> Result<()> {
        let batch = self.count_in(Batch::new(), ctx.now());
        if batch.is_empty() {
            return Ok(());
        }
        let outcome = ctx.store().await?.commit(batch).await;
        outcome.on_reached(self, ctx.now()).map(|_| ())
    }

    /// Counts and commits in one, as [`Ctx::try_commit`]; none when the documents it was decided by have changed in the
    /// meantime.
    ///
    /// # Errors
    /// [`Code::RateLimited`], and the store's.
    pub async fn try_commit(&self, ctx: &Ctx, batch: Batch) -> Result<Option<Committed>> {
        let batch = self.count_in(batch, ctx.now());
        let outcome = ctx.store().await?.commit(batch).await;
        Ok(match Attempt::of(outcome.on_reached(self, ctx.now()))? {
            Attempt::Done(committed) => Some(committed),
            Attempt::Retry => None,
        })
    }

    /// Counts as a part of another commit, which fails at the limit's label when it is reached:
    /// [`ResultExt::on_reached`] makes the refusal of that.
    pub fn count_in(&self, batch: Batch, now: Timestamp) -> Batch {
        if self.limit == 0 || self.step == 0 {
            return batch;
        }
        let step = i64::from(self.step);
        let start = self.start(now);
        let row = RateLimit {
            id: self.id(start),
            bucket: self.name(start),
            window_start: Timestamp::from_millis(start),
            count: step,
            expires_at: Timestamp::from_millis(start + 2 * self.window * 1000),
        };
        let more = Patch::new().add(RateLimit::COUNT, step);
        let left = self.limit.checked_sub(u64::from(self.step));
        let below = match left {
            Some(left) => Filter::le(RateLimit::COUNT, Value::from(left)),
            None => Filter::lt(RateLimit::COUNT, 0),
        };
        batch
            .insert_or_update_if(&row, more, below)
            .label(self.label)
    }

    /// How often it was counted in the current window.
    ///
    /// # Errors
    /// The store's.
    pub async fn counted(&self, ctx: &Ctx) -> Result<u64> {
        let row = ctx
            .store()
            .await?
            .get::<RateLimit>(&self.id(self.start(ctx.now())))
            .await?;
        Ok(row.map_or(0, |row| row.count.unsigned_abs()))
    }

    fn start(&self, now: Timestamp) -> i64 {
        let window = self.window.max(1) * 1000;
        now.as_millis().div_euclid(window) * window
    }

    /// The bucket and the window's start, for people who look at the table; one that is too long for it is known by its
    /// id alone.
    fn name(&self, start: i64) -> String {
        let name = format!("{}@{start}", self.bucket);
        if name.chars().count() > MAX_NAME {
            self.id(start)
        } else {
            name
        }
    }

    fn id(&self, start: i64) -> String {
        derived_id(&["rate limit", &self.bucket, &start.to_string()])
    }
}

impl Limiting for Limit {
    fn label(&self) -> &'static str {
        self.label
    }

    /// RFC 9110's Retry-After, and the RateLimit fields of the IETF's draft.
    fn refusal(&self, now: Timestamp) -> Error {
        let end = self.start(now) + self.window * 1000;
        let seconds = (end - now.as_millis()).div_euclid(1000) + 1;
        Error::new(
            Code::RateLimited,
            format!("Too many requests. Try again in {seconds} s."),
        )
        .with_header("retry-after", seconds.to_string())
        .with_header(
            "ratelimit-policy",
            format!("\"default\";q={};w={}", self.limit, self.window),
        )
        .with_header("ratelimit", format!("\"default\";r=0;t={seconds}"))
    }
}
