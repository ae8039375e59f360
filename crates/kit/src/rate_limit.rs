//! Rate limits: counters in fixed windows, kept in the store because instances share no memory.

use serde_json::Value;
use whisper_schema::Timestamp;
use whisper_schema::prelude::RateLimit;
use whisper_store::{Batch, Filter, Patch};

use crate::ctx::Ctx;
use crate::error::{Code, Error, Result};
use crate::ids::derived_id;

/// The batch's label for the counter, to tell its failure from others'.
pub const LABEL: &str = "rate_limit";
/// The longest name of a counter.
const MAX_NAME: usize = 256;
/// Rows of past windows that one in [`SWEEP_EVERY`] countings removes.
const SWEEP_ROWS: u64 = 100;
const SWEEP_EVERY: i64 = 64;

/// How often something may happen.
#[derive(Clone, Debug)]
pub struct Limit {
    /// What is counted, such as `sign-up:203.0.113.9`.
    pub bucket: String,
    /// How often per window; 0 for no limit.
    pub limit: u64,
    /// Length of a window in seconds.
    pub window: i64,
}

impl Limit {
    /// A limit.
    pub fn new(bucket: impl Into<String>, limit: u64, window: i64) -> Self {
        Self {
            bucket: bucket.into(),
            limit,
            window,
        }
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
        match ctx.store().await?.commit(batch).await {
            Ok(_) => Ok(()),
            Err(error) if error.failed_at(LABEL) => Err(self.refusal(ctx.now())),
            Err(error) => Err(error.into()),
        }
    }

    /// Counts as a part of another commit, which fails at [`LABEL`] when the limit is reached.
    pub fn count_in(&self, batch: Batch, now: Timestamp) -> Batch {
        self.count_some_in(batch, 1, now)
    }

    /// As [`Limit::count_in`], several at once: all of them, or none.
    pub fn count_some_in(&self, batch: Batch, some: u64, now: Timestamp) -> Batch {
        if self.limit == 0 {
            return batch;
        }
        let Some(room) = self.limit.checked_sub(some) else {
            let never = Filter::<RateLimit>::or([]);
            return batch.expect_some(never).label(LABEL);
        };
        let start = self.start(now);
        let row = RateLimit {
            id: self.id(start),
            bucket: self.name(start),
            window_start: Timestamp::from_millis(start),
            count: i64::try_from(some).unwrap_or(i64::MAX),
            expires_at: Timestamp::from_millis(start + 2 * self.window * 1000),
        };
        let more = Patch::new().add(RateLimit::COUNT, Value::from(some));
        let below = Filter::le(RateLimit::COUNT, Value::from(room));
        let batch = batch.insert_or_update_if(&row, more, below).label(LABEL);
        if now.as_millis() % SWEEP_EVERY != 0 {
            return batch;
        }
        batch.delete_where(Filter::lt(RateLimit::EXPIRES_AT, now), SWEEP_ROWS)
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

    /// Forgets what was counted in the current window, as a part of a commit.
    pub fn reset_in(&self, batch: Batch, now: Timestamp) -> Batch {
        let this = Filter::<RateLimit>::eq(whisper_schema::Column::id(), self.id(self.start(now)));
        batch.delete_where(this, 1)
    }

    /// The refusal, with when to try again (RFC 9110's Retry-After and the IETF draft's RateLimit fields).
    pub fn refusal(&self, now: Timestamp) -> Error {
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

    fn start(&self, now: Timestamp) -> i64 {
        let window = self.window.max(1) * 1000;
        now.as_millis().div_euclid(window) * window
    }

    /// For people who look at the table; one that is too long for it is known by its id alone.
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
