//! Threads for components that compute for long: everything else goes on beside them.
//!
//! A component that computes lets others of its thread go on at each tick of the epoch alone, and a request passes
//! through several tasks until it is answered: with all threads computing it waits for a tick each time.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long a request waits for its turn. Requests that would wait for longer are sent away.
const PATIENCE: Duration = Duration::from_secs(5);
/// Requests that are let in for each thread: one that is worked on, and one that is ready.
const FOR_EACH: usize = 2;

/// The threads, and the line before them.
#[derive(Clone, Debug)]
pub struct Computing {
    threads: Handle,
    room: Arc<Semaphore>,
}

/// The threads themselves, which end with it.
#[derive(Debug)]
pub struct Threads(Runtime);

impl Threads {
    /// Starts them: one fewer than there are processors, but one.
    ///
    /// # Errors
    /// The system's.
    pub fn start() -> std::io::Result<Self> {
        let count = count();
        let runtime = Builder::new_multi_thread()
            .worker_threads(count)
            .thread_name("computing")
            .enable_all()
            .build()?;
        Ok(Self(runtime))
    }

    /// The place that takes requests for these threads.
    pub fn computing(&self) -> Computing {
        Computing {
            threads: self.0.handle().clone(),
            room: Arc::new(Semaphore::new(count() * FOR_EACH)),
        }
    }

    /// Ends them, work or not.
    pub fn stop(self) {
        self.0.shutdown_background();
    }
}

fn count() -> usize {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    processors.saturating_sub(1).max(1)
}

impl Computing {
    /// Waits for the turn of a request; none when that takes too long.
    pub async fn enter(&self) -> Option<OwnedSemaphorePermit> {
        let turn = timeout(PATIENCE, Arc::clone(&self.room).acquire_owned()).await;
        turn.ok()?.ok()
    }

    /// Does work on these threads, to its end even when the waiting request is gone.
    pub async fn run<T: Send + 'static>(
        &self,
        turn: OwnedSemaphorePermit,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let done = self.threads.spawn(async move {
            let done = work.await;
            drop(turn);
            done
        });
        done.await.ok()
    }
}
