//! Trying again: for requests that read, decide and commit on the condition that the documents they read still stand.

use std::time::Duration;

use whisper_store::{Batch, Committed, StoreError};

use crate::ctx::Ctx;
use crate::error::{Code, Error, Result};

/// How often it is tried. An attempt loses only to another request that has committed, so more than two are seldom
/// needed.
const ATTEMPTS: u32 = 16;
/// How long the first loss is waited for, doubled with each further one up to [`LONGEST`].
const PAUSE: Duration = Duration::from_millis(2);
/// The longest wait: in it others that take turns, as hashes of passwords do, have had theirs.
const LONGEST: Duration = Duration::from_millis(64);
/// The loss from which on there is a wait: most of the time reading again is enough.
const PATIENT_FROM: u32 = 2;

/// The outcome of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt<T> {
    /// It is done.
    Done(T),
    /// A document that was read has changed before the commit: read again.
    Retry,
}

impl Ctx {
    /// Makes attempts until one is done. An attempt reads everything it decides by, and says
    /// [`Attempt::Retry`] when that changed before its commit ([`Ctx::try_commit`]). With If-Match, the attempt holds
    /// the revision it read against it, so that 412 is answered only to callers that asked for it.
    ///
    /// # Errors
    /// The refusal of an attempt; [`Code::Unavailable`], with Retry-After, when others are faster each time.
    pub async fn retry<T>(
        &self,
        mut attempt: impl AsyncFnMut() -> Result<Attempt<T>>,
    ) -> Result<T> {
        for lost in 1..=ATTEMPTS {
            if let Attempt::Done(done) = attempt().await? {
                return Ok(done);
            }
            if (PATIENT_FROM..ATTEMPTS).contains(&lost) {
                let pause = (PAUSE * 2_u32.pow(lost - PATIENT_FROM)).min(LONGEST);
                self.store().await?.pause(pause).await;
            }
        }
        let detail = "Too many changed it at the same time. Try again in a moment.";
        Err(Error::new(Code::Unavailable, detail).with_header("retry-after", "1"))
    }

    /// Commits a batch that was decided by earlier reads; none when their documents have changed in the meantime: a
    /// condition of the batch didn't hold, or a document that it makes is there.
    ///
    /// # Errors
    /// Any other error of the store's.
    pub async fn try_commit(&self, batch: Batch) -> Result<Option<Committed>> {
        match self.store().await?.commit(batch).await {
            Ok(committed) => Ok(Some(committed)),
            Err(StoreError::ConditionFailed { .. } | StoreError::Conflict { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl<T> Attempt<T> {
    /// The attempt that ended so: done, or to be made again where the store says that the documents it rested on have
    /// changed. Pick the client's faults out of the store's answer first
    /// ([`ResultExt::on_conflict`](crate::ResultExt::on_conflict)): they are no reason to try again.
    ///
    /// # Errors
    /// Any other error of the outcome's.
    pub fn of(outcome: Result<T, impl Into<Error>>) -> Result<Self> {
        match outcome.map_err(Into::into) {
            Ok(done) => Ok(Self::Done(done)),
            Err(error) if error.is_stale() => Ok(Self::Retry),
            Err(error) => Err(error),
        }
    }
}
