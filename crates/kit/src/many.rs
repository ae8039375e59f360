//! Many things in few commits: all together, or each alone where one of them stands in the way.

use whisper_store::{Batch, Committed, StoreError};

use crate::ctx::Ctx;
use crate::error::{Error, Result};

/// The outcome of committing many items.
#[derive(Debug)]
pub struct Together<'a, T> {
    /// The commits: one of all items, or one for each item that could be committed.
    pub done: Vec<(&'a [T], Committed)>,
    /// The items that couldn't, and why.
    pub failed: Vec<(&'a T, Error)>,
}

/// Commits the batch that `batch` makes of all items in one commit. If that is refused, each item gets a commit of its
/// own, so that one that can't be done doesn't stop the others.
///
/// # Errors
/// Tells that the database can't be reached or is busy: then nothing more is tried.
pub async fn together<'a, T>(
    ctx: &Ctx,
    items: &'a [T],
    batch: impl Fn(&[T]) -> Result<Batch>,
) -> Result<Together<'a, T>> {
    let mut outcome = Together {
        done: Vec::new(),
        failed: Vec::new(),
    };
    if items.is_empty() {
        return Ok(outcome);
    }
    match commit(ctx, batch(items)).await? {
        Ok(committed) => {
            outcome.done.push((items, committed));
            return Ok(outcome);
        }
        Err(error) if items.len() == 1 => {
            outcome
                .failed
                .extend(items.first().map(|item| (item, error)));
            return Ok(outcome);
        }
        Err(_) => {}
    }
    for item in items {
        let alone = std::slice::from_ref(item);
        match commit(ctx, batch(alone)).await? {
            Ok(committed) => outcome.done.push((alone, committed)),
            Err(error) => outcome.failed.push((item, error)),
        }
    }
    Ok(outcome)
}

/// The commit's outcome; an outage is an error of the whole.
async fn commit(ctx: &Ctx, batch: Result<Batch>) -> Result<Result<Committed>> {
    let batch = match batch {
        Ok(batch) => batch,
        Err(error) => return Ok(Err(error)),
    };
    match ctx.store().await?.commit(batch).await {
        Ok(committed) => Ok(Ok(committed)),
        Err(error @ (StoreError::Busy | StoreError::Unavailable(_))) => Err(error.into()),
        Err(error) => Ok(Err(error.into())),
    }
}
