//! Limits of an instance's memory and of a request's time.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use wasmtime::{ResourceLimiter, UpdateDeadline};

/// How often the epoch moves on: a computing component lets others run this often.
pub const TICK: Duration = Duration::from_millis(10);

/// Requests that an instance serves unless told otherwise. Spin's default is 128, and every new instance opens its
/// connection and prepares its statements again; docs/performance.md has the cost of that.
pub const DEFAULT_REUSE: u32 = 10_000;

/// Limits of every instance.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of memory.
    pub memory: usize,
    /// How long a request may take until its answer begins.
    pub request_timeout: Duration,
    /// How long a component may compute without waiting for anything.
    pub busy: Duration,
    /// Requests that an instance serves before it is replaced.
    pub requests: usize,
    /// Requests that an instance serves at the same time.
    pub concurrent: usize,
    /// How long a request waits for the one before it to begin, before it gets another instance. One before it that computes
    /// for longer (a password's hash) is worth that.
    pub patience: Duration,
    /// How long an instance without a request is kept.
    pub idle: Duration,
}

impl Default for Limits {
    /// As in Spin, but for how many requests an instance serves.
    fn default() -> Self {
        Self {
            memory: 256 << 20,
            request_timeout: Duration::from_secs(30),
            busy: Duration::from_secs(10),
            requests: DEFAULT_REUSE as usize,
            concurrent: 16,
            patience: Duration::from_millis(10),
            idle: Duration::from_secs(1),
        }
    }
}

impl Limits {
    /// One instance for all requests, whatever their number. Each waits for its turn as long as that takes: an instance that computes for
    /// too long is stopped, and makes room. It may have four times the memory of others, as it holds for all what others share.
    #[must_use]
    pub fn of_one_instance(self) -> Self {
        Self {
            memory: self.memory.saturating_mul(4),
            requests: usize::MAX,
            concurrent: usize::MAX,
            patience: Duration::MAX,
            ..self
        }
    }
}

/// State of one instance; shared by its watchers.
#[derive(Debug)]
pub struct Health {
    start: Instant,
    /// Milliseconds after `start` (never 0) since when it computes; 0 while it waits.
    busy_since: AtomicU64,
    /// Whether the instance stopped because the epoch made it, not because it waits.
    yielded: AtomicBool,
    overran: AtomicBool,
    hungry: AtomicBool,
    expired: AtomicBool,
    last_piece: LastPiece,
}

/// When a piece of a long body came last, if one has.
#[derive(Debug, Default)]
pub struct LastPiece(Mutex<Option<Instant>>);

impl LastPiece {
    /// Notes that one came.
    pub fn note(&self, now: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }

    /// The later of both: a beginning, or the last piece since.
    pub fn or(&self, begun: Instant) -> Instant {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.map_or(begun, |last| last.max(begun))
    }

    /// Waits until so much time has gone by since the call, or since the last piece.
    pub async fn overtime(&self, allowed: Duration) {
        let begun = Instant::now();
        loop {
            let since = self.or(begun);
            if since.elapsed() >= allowed {
                return;
            }
            tokio::time::sleep_until((since + allowed).into()).await;
        }
    }
}

impl Default for Health {
    fn default() -> Self {
        Self {
            start: Instant::now(),
            busy_since: AtomicU64::new(0),
            yielded: AtomicBool::new(false),
            overran: AtomicBool::new(false),
            hungry: AtomicBool::new(false),
            expired: AtomicBool::new(false),
            last_piece: LastPiece::default(),
        }
    }
}

impl Health {
    /// At each tick of the epoch that finds the instance computing.
    pub fn tick(&self, busy: Duration) -> wasmtime::Result<UpdateDeadline> {
        let now = u64::try_from(self.start.elapsed().as_millis())
            .unwrap_or(u64::MAX)
            .max(1);
        let since = match self.busy_since.load(Ordering::Relaxed) {
            0 => {
                self.busy_since.store(now, Ordering::Relaxed);
                now
            }
            since => since,
        };
        if u128::from(now - since) >= busy.as_millis() {
            self.overrun();
            wasmtime::bail!(
                "computed for {} s without waiting for anything",
                busy.as_secs()
            );
        }
        self.yielded.store(true, Ordering::Relaxed);
        Ok(UpdateDeadline::Yield(1))
    }

    /// Notes that the instance has handed control back.
    pub fn handed_back(&self) {
        if !self.yielded.swap(false, Ordering::Relaxed) {
            self.busy_since.store(0, Ordering::Relaxed);
        }
    }

    /// Notes that the instance is being stopped because it took too long.
    pub fn overrun(&self) {
        self.overran.store(true, Ordering::Relaxed);
    }

    /// Whether it was stopped because it took too long.
    pub fn overran(&self) -> bool {
        self.overran.load(Ordering::Relaxed)
    }

    /// Whether it wanted more memory than it may have.
    pub fn hungry(&self) -> bool {
        self.hungry.load(Ordering::Relaxed)
    }

    /// The last piece of a long body of any of its requests.
    pub fn last_piece(&self) -> &LastPiece {
        &self.last_piece
    }

    /// Notes that a request was answered for it because it took too long.
    pub fn expire(&self) {
        self.expired.store(true, Ordering::Relaxed);
    }

    /// Whether a request was answered for it.
    pub fn expired(&self) -> bool {
        self.expired.load(Ordering::Relaxed)
    }
}

/// Refuses memory over the limit; all memories of an instance count together.
#[derive(Debug)]
pub struct MemoryLimit {
    limit: usize,
    used: usize,
    health: Arc<Health>,
}

impl MemoryLimit {
    /// A limit in bytes.
    pub fn new(limit: usize, health: Arc<Health>) -> Self {
        Self {
            limit,
            used: 0,
            health,
        }
    }
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let used = self.used.saturating_add(desired.saturating_sub(current));
        if used > self.limit || maximum.is_some_and(|maximum| desired > maximum) {
            self.health.hungry.store(true, Ordering::Relaxed);
            return Ok(false);
        }
        self.used = used;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= 100_000 && maximum.is_none_or(|maximum| desired <= maximum))
    }
}
