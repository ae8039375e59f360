//! Lets requests into a component one after the other, so that they share instances.
//!
//! wasmtime's handler makes another instance whenever none is free at that very moment, and an instance
//! isn't while it begins a request. Requests that arrive together would so get an instance each: all
//! would open connections and prepare statements, and their writes could not share a transaction.

use std::mem::take;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a request waits for its turn. One before it that computes for longer (a password's hash)
/// is worth another instance.
const PATIENCE: Duration = Duration::from_millis(10);

/// One for each component.
#[derive(Clone, Debug)]
pub struct Turnstile(Arc<Semaphore>);

/// A request's turn, until an instance has begun it; None once it waited too long.
#[derive(Debug, Default)]
pub struct Turn {
    _held: Option<OwnedSemaphorePermit>,
}

/// Turns of requests that one instance has begun.
#[derive(Debug, Default)]
pub struct Turns(Mutex<Vec<Turn>>);

impl Default for Turnstile {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

impl Turnstile {
    /// Waits for the turn, or as long as that is worth it.
    pub async fn enter(&self) -> Turn {
        if let Ok(turn) = Arc::clone(&self.0).try_acquire_owned() {
            return Turn { _held: Some(turn) };
        }
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.0).acquire_owned()).await;
        Turn {
            _held: turn.ok().and_then(Result::ok),
        }
    }
}

impl Turns {
    /// Keeps the turn of a request that has been taken.
    pub fn keep(&self, turn: Turn) {
        self.lock().push(turn);
    }

    /// The requests taken so far have begun: the next may come.
    pub fn over(&self) {
        // Let go without the lock.
        let turns = take(&mut *self.lock());
        drop(turns);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Turn>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
