//! The guests' wall clock: the system's time plus an offset that can be moved while they run.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use wasmtime_wasi::HostWallClock;

/// A clock that all instances share.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_ms: Arc<AtomicI64>,
}

impl Clock {
    /// A clock that is `offset` ahead of the system's time (behind it when negative).
    pub fn new(offset: SignedDuration) -> Self {
        let clock = Self::default();
        clock.advance(offset);
        clock
    }

    /// Moves the clock and returns the new offset in milliseconds.
    pub fn advance(&self, by: SignedDuration) -> i64 {
        let by = i64::try_from(by.as_millis()).unwrap_or_default();
        self.offset_ms
            .fetch_add(by, Ordering::Relaxed)
            .saturating_add(by)
    }

    /// The offset in milliseconds.
    pub fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed)
    }

    /// The guests' time.
    pub fn now(&self) -> Timestamp {
        // The one place that reads the system's time for the guests.
        #[allow(clippy::disallowed_methods)]
        let system = Timestamp::now();
        let offset = SignedDuration::from_millis(self.offset_ms());
        system.checked_add(offset).unwrap_or(system)
    }
}

impl HostWallClock for Clock {
    fn resolution(&self) -> Duration {
        Duration::from_micros(1)
    }

    fn now(&self) -> Duration {
        // A time before 1970 can't be told to a guest.
        self.now()
            .duration_since(Timestamp::UNIX_EPOCH)
            .try_into()
            .unwrap_or_default()
    }
}
