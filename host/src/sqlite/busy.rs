//! Waiting for the write lock of a database that all components of this process share.
//!
//! Like Spin's, a connection waits up to 5 s before it is told that the database is locked.
//! SQLite's own wait sleeps for longer and longer; here the next one is woken when a write of
//! this process has ended.

use std::cell::Cell;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

/// rusqlite's default, and so Spin's.
const PATIENCE: Duration = Duration::from_secs(5);
/// Other processes don't wake anyone: look again after this time.
const LOOK: Duration = Duration::from_millis(5);

static WAITING: Mutex<u32> = Mutex::new(0);
static RELEASED: Condvar = Condvar::new();

thread_local! {
    static SINCE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// SQLite calls this when a lock is taken; `attempts` counts from 0 for each statement.
pub(super) fn wait(attempts: i32) -> bool {
    let now = Instant::now();
    let since = match SINCE.get() {
        Some(since) if attempts > 0 => since,
        _ => {
            SINCE.set(Some(now));
            now
        }
    };
    if now.duration_since(since) >= PATIENCE {
        return false;
    }
    let mut waiting = WAITING
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    *waiting += 1;
    let woken = RELEASED.wait_timeout(waiting, LOOK);
    let mut waiting = match woken {
        Ok((waiting, _)) => waiting,
        Err(poisoned) => poisoned.into_inner().0,
    };
    *waiting -= 1;
    true
}

/// A statement has ended outside of a transaction: if it held a lock, that lock is free.
pub(super) fn released() {
    let waiting = WAITING
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    if *waiting > 0 {
        RELEASED.notify_one();
    }
}
