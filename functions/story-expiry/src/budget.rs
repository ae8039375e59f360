//! How much a run, and each of its commits, may do.

use std::time::{Duration, Instant};

use whisper_store::Store;

/// Bounds of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The most rows that one commit deletes of one collection. README.md tells how it was chosen.
    pub rows_per_commit: u64,
    /// The most stories looked up, and the most that one commit deletes.
    pub stories_per_commit: u32,
    /// The most rows that a run deletes, give or take a commit.
    pub rows: u64,
    /// How long a run goes on, give or take a commit. A request has 30 s on the embedded host.
    pub time: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            rows_per_commit: 200,
            stories_per_commit: 50,
            rows: 500_000,
            time: Duration::from_secs(15),
        }
    }
}

/// The rest of a run's bounds.
pub struct Budget {
    rows: u64,
    end: Instant,
}

impl Budget {
    /// All of it.
    pub fn new(bounds: &Bounds) -> Self {
        Self {
            rows: bounds.rows,
            end: Instant::now() + bounds.time,
        }
    }

    /// Whether the run must stop.
    pub fn is_spent(&self) -> bool {
        self.rows == 0 || Instant::now() >= self.end
    }

    /// Takes off what a commit deleted, and leaves the database to others for as long as the commit
    /// kept it: whoever waits for the lock gets it, however much there is to sweep.
    pub async fn spend(&mut self, store: &Store, rows: u64, since: Instant) {
        self.rows = self.rows.saturating_sub(rows);
        store.pause(since.elapsed()).await;
    }
}
