//! Lets requests into a component one after the other, so that they share instances.
//!
//! wasmtime's handler makes another instance whenever none is free at that very moment, and an instance
//! isn't while it begins a request. Requests that arrive together would so get an instance each: all
//! would open connections and prepare statements, and their writes could not share a transaction.

use std::mem::take;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// One for each component.
#[derive(Clone, Debug)]
pub struct Turnstile {
    turns: Arc<Semaphore>,
    patience: Duration,
}

/// A request's turn, until an instance has begun it; None once it waited too long.
#[derive(Debug, Default)]
pub struct Turn {
    _held: Option<OwnedSemaphorePermit>,
}

/// Turns of requests that one instance has begun.
#[derive(Debug, Default)]
pub struct Turns(Mutex<Vec<Turn>>);

impl Turnstile {
    /// One at which requests wait so long for their turn.
    pub fn new(patience: Duration) -> Self {
        let turns = Arc::new(Semaphore::new(1));
        Self { turns, patience }
    }

    /// Waits for the turn, or as long as that is worth it.
    pub async fn enter(&self) -> Turn {
        if let Ok(turn) = Arc::clone(&self.turns).try_acquire_owned() {
            return Turn { _held: Some(turn) };
        }
        let turn = Arc::clone(&self.turns).acquire_owned();
        let turn = tokio::time::timeout(self.patience, turn).await;
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
