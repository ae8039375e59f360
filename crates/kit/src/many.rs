//! Many things in few commits: all together, or each alone where one of them stands in the way.

use std::slice;

use crate::error::{Error, Result};

/// The outcome of committing many items.
#[derive(Debug)]
pub struct Together<'a, T, C> {
    /// The commits: one of all items, or one for each item that could be committed.
    pub done: Vec<(&'a [T], C)>,
    /// The items that couldn't, and why.
    pub failed: Vec<(&'a T, Error)>,
}

/// Has `commit` commit all items at once. If that is refused, each item gets a commit of its own, so that one that can't
/// be done doesn't stop the others.
///
/// # Errors
/// Tells that the database can't be reached or is busy ([`Error::is_outage`]): then nothing more is tried.
pub async fn together<'a, T, C>(
    items: &'a [T],
    commit: impl AsyncFn(&'a [T]) -> Result<C>,
) -> Result<Together<'a, T, C>> {
    let mut outcome = Together {
        done: Vec::new(),
        failed: Vec::new(),
    };
    if items.len() > 1 {
        match commit(items).await {
            Ok(committed) => {
                outcome.done.push((items, committed));
                return Ok(outcome);
            }
            Err(error) if error.is_outage() => return Err(error),
            Err(_) => {}
        }
    }
    for item in items {
        let alone = slice::from_ref(item);
        match commit(alone).await {
            Ok(committed) => outcome.done.push((alone, committed)),
            Err(error) if error.is_outage() => return Err(error),
            Err(error) => outcome.failed.push((item, error)),
        }
    }
    Ok(outcome)
}
