//! Durations of a component's transactions: others can't write in the meantime.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Number and longest duration of a component's transactions.
#[derive(Debug, Default)]
pub struct Held {
    transactions: AtomicU64,
    longest_us: AtomicU64,
}

impl Held {
    /// Transactions that ended.
    pub fn transactions(&self) -> u64 {
        self.transactions.load(Ordering::Relaxed)
    }

    /// The longest one since this was asked last.
    pub fn take_longest(&self) -> Duration {
        Duration::from_micros(self.longest_us.swap(0, Ordering::Relaxed))
    }

    fn ended(&self, lasted: Duration) {
        let lasted = u64::try_from(lasted.as_micros()).unwrap_or(u64::MAX);
        self.transactions.fetch_add(1, Ordering::Relaxed);
        self.longest_us.fetch_max(lasted, Ordering::Relaxed);
    }
}

/// The open transaction of one connection.
#[derive(Debug, Default)]
pub(super) struct Since(Mutex<Times>);

#[derive(Debug, Default)]
struct Times {
    begun: Option<Instant>,
    released: Option<Instant>,
}

impl Since {
    /// To be told after each statement whether a transaction is open. It counts from the end of the
    /// statement that began it, when it has the lock, until the lock was released.
    pub fn note(&self, open: bool, held: &Held) {
        let mut times = self.lock();
        match times.begun {
            None if open => times.begun = Some(Instant::now()),
            Some(begun) if !open => {
                // A rollback releases the lock without a word.
                let released = times.released.unwrap_or_else(Instant::now);
                held.ended(released.saturating_duration_since(begun));
                *times = Times::default();
            }
            _ => {}
        }
    }

    /// To be told when a commit has released the lock, which is before the log is written back.
    pub fn released(&self) {
        self.lock().released = Some(Instant::now());
    }

    fn lock(&self) -> MutexGuard<'_, Times> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
