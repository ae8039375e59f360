//! The streams, read on a thread of their own: on that of the senders, answers would be noticed only after the events that
//! came with them, and delays would look shorter than they are.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::sync::{mpsc, oneshot};

use super::super::load::Client;
use super::delays::Arrival;
use super::frames::{Frames, Heard};
use super::paced::micros;

/// Streams that are being opened at the same time.
const OPENING: usize = 16;
/// How long one may take until it has begun.
const BEGINNING: Duration = Duration::from_secs(60);
/// How long late events are waited for.
const SETTLING: Duration = Duration::from_secs(10);

/// Open streams.
pub struct Listeners {
    count: usize,
    shared: Arc<Shared>,
    ready: mpsc::UnboundedReceiver<anyhow::Result<()>>,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

struct Shared {
    authority: String,
    tokens: Vec<String>,
    origin: Instant,
    arrivals: Mutex<Vec<Arrival>>,
    broken: AtomicU64,
}

impl Listeners {
    /// Begins to open a stream with each of these tokens. Times are counted from `origin`.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub fn open(authority: &str, tokens: Vec<String>, origin: Instant) -> anyhow::Result<Self> {
        let count = tokens.len();
        let shared = Arc::new(Shared {
            authority: authority.to_owned(),
            tokens,
            origin,
            arrivals: Mutex::default(),
            broken: AtomicU64::new(0),
        });
        let (telling, ready) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let for_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("listeners".into())
            .spawn(move || {
                runtime.block_on(async {
                    for first in 0..OPENING {
                        tokio::spawn(open_some(Arc::clone(&for_thread), first, telling.clone()));
                    }
                    drop(telling);
                    let _ = stopped.await;
                });
                // With the runtime end its tasks, and so the connections.
            })?;
        Ok(Self {
            count,
            shared,
            ready,
            stop,
            thread,
        })
    }

    /// Waits until all have begun.
    ///
    /// # Errors
    /// When one is refused, or doesn't begin in time.
    pub async fn are_ready(&mut self) -> anyhow::Result<()> {
        for n in 0..self.count {
            let next = tokio::time::timeout(BEGINNING, self.ready.recv());
            let next = next.await.ok().flatten();
            next.unwrap_or_else(|| Err(anyhow!("it doesn't begin")))
                .with_context(|| format!("a stream, after {n} others"))?;
        }
        // Messages from here on count.
        self.arrivals().clear();
        Ok(())
    }

    /// The arrivals since the last call. Returns once there are so many, or when late events have been waited for long
    /// enough.
    pub async fn settle(&self, wanted: u64) -> Vec<Arrival> {
        let begun = Instant::now();
        while (self.arrivals().len() as u64) < wanted && begun.elapsed() < SETTLING {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        std::mem::take(&mut *self.arrivals())
    }

    fn arrivals(&self) -> std::sync::MutexGuard<'_, Vec<Arrival>> {
        self.shared.arrivals()
    }

    /// Closes them; gives how many had ended before.
    ///
    /// # Errors
    /// When their thread failed.
    pub fn close(self) -> anyhow::Result<u64> {
        let broken = self.shared.broken.load(Ordering::Relaxed);
        let _ = self.stop.send(());
        match self.thread.join() {
            Ok(()) => Ok(broken),
            Err(_) => bail!("the thread that reads the streams failed"),
        }
    }
}

impl Shared {
    fn arrivals(&self) -> std::sync::MutexGuard<'_, Vec<Arrival>> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Telling = mpsc::UnboundedSender<anyhow::Result<()>>;

/// Opens every sixteenth stream, one after the other.
async fn open_some(shared: Arc<Shared>, first: usize, telling: Telling) {
    for stream in (first..shared.tokens.len()).step_by(OPENING) {
        let client = Client::connect(&shared.authority);
        let opened = async { client.await?.stream(&shared.tokens[stream]).await };
        match opened.await {
            Ok(body) => {
                let listening = listen(Arc::clone(&shared), stream as u32, body, telling.clone());
                tokio::spawn(listening);
            }
            Err(error) => {
                let _ = telling.send(Err(error));
                return;
            }
        }
    }
}

/// Reads a stream to its end.
async fn listen(shared: Arc<Shared>, stream: u32, mut body: Incoming, telling: Telling) {
    let mut frames = Frames::default();
    while let Some(Ok(frame)) = body.frame().await {
        let Some(bytes) = frame.data_ref() else {
            continue;
        };
        let at = micros(shared.origin);
        frames.push(bytes, |heard| match heard {
            Heard::Ready => {
                let _ = telling.send(Ok(()));
            }
            Heard::Message(message) => shared.arrivals().push(Arrival {
                message,
                stream,
                at,
            }),
        });
    }
    shared.broken.fetch_add(1, Ordering::Relaxed);
}
