//! Commits whose conditions may have stopped holding between reading and writing.

use whisper_kit::Ctx;
use whisper_kit::error::{Code, Error, Result};
use whisper_store::{Batch, Committed, StoreError};

/// How often something is tried against others who change the same.
const ATTEMPTS: usize = 8;

/// Commits; none when a condition didn't hold any more or somebody inserted the same, and the
/// caller should read again.
///
/// # Errors
/// Faults of the store.
pub async fn commit(ctx: &Ctx, batch: Batch) -> Result<Option<Committed>> {
    match ctx.store().await?.commit(batch).await {
        Ok(committed) => Ok(Some(committed)),
        Err(StoreError::ConditionFailed { .. } | StoreError::Conflict { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Tries until it is settled: each attempt reads, decides and commits.
///
/// # Errors
/// What an attempt refuses, or `unavailable` after too many.
pub async fn settle<T>(attempt: impl AsyncFn() -> Result<Option<T>>) -> Result<T> {
    for _ in 0..ATTEMPTS {
        if let Some(settled) = attempt().await? {
            return Ok(settled);
        }
    }
    let detail = "Too many changed it at the same time. Try again in a moment.";
    Err(Error::new(Code::Unavailable, detail).with_header("retry-after", "1"))
}
