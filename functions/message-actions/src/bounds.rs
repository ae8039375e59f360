//! How much a run, and each of its commits, may do.

use std::time::{Duration, Instant};

use whisper_store::Store;

/// Bounds of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The most messages that one commit removes.
    pub messages_per_commit: u32,
    /// The most rows of one kind beside the messages that one commit removes, give or take the mentions of one message.
    pub rows_per_commit: u64,
    /// The most commits of a run, give or take those of one page of messages.
    pub commits: u64,
    /// How long a run goes on, give or take a commit. A request has 30 s on the embedded host.
    pub time: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            messages_per_commit: 50,
            rows_per_commit: 200,
            commits: 5_000,
            time: Duration::from_secs(15),
        }
    }
}

/// The rest of a run's bounds: commits, and the time at which it ends.
#[derive(Debug)]
pub struct Budget {
    commits: u64,
    end: Instant,
}

impl Budget {
    /// All of it.
    pub fn new(bounds: &Bounds) -> Self {
        Self {
            commits: bounds.commits,
            end: Instant::now() + bounds.time,
        }
    }

    /// Whether the run must stop.
    pub fn is_spent(&self) -> bool {
        self.commits == 0 || Instant::now() >= self.end
    }

    /// Takes off a commit, and leaves the database to others for as long as it took: requests that wait for the lock
    /// get it, however much there is to remove.
    pub async fn spend(&mut self, store: &Store, since: Instant) {
        self.commits = self.commits.saturating_sub(1);
        store.pause(since.elapsed()).await;
    }
}
