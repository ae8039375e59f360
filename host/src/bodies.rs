//! Bodies of requests on their way to components: how long a client may take to send one, and how much of them
//! components may hold at once.
//!
//! A component that takes long bodies ([`long_bodies`](whisper_manifest::Component::long_bodies)) gets them in pieces. Such a body may take as long as
//! each portion comes in time, and takes as much room as a small one.
//!
//! A component reads a body once it has looked at the caller's token. From then on the body takes room until the
//! request is answered; one that finds none waits for a while, then the request is refused. Spin has neither bound:
//! there the components' own hold.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::stream::unfold;
use http::Request;
use http::header::CONTENT_LENGTH;
use http_body::{Body, Frame};
use http_body_util::{BodyExt, StreamBody};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{Instant, timeout, timeout_at};
use wasmtime_wasi_http::{Error, WasiBody};

use crate::problem::Problem;

/// Bytes of a body up to which it is a small one: the usual limit of a route.
const SMALL: usize = 256 * 1024;
/// Bytes that any body may have without room: more than nearly all requests have, so that stalled bodies hold up no others.
const FREE: usize = 16 * 1024;
/// Bytes of all small bodies. They take room as they come.
const SMALL_ROOM: usize = 128 << 20;
/// Bytes of all other bodies. They take room for their whole length before they are read.
const LARGE_ROOM: usize = 128 << 20;
/// Bytes that one body takes room for at most: routes take less, and components throw away the bytes over their limit.
const MOST: usize = 16 << 20;
/// How long a body waits for room.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a client may send nothing in the middle of a body.
const SILENCE: Duration = Duration::from_secs(10);

/// Bytes of a long body that have to come within the time that other bodies have altogether, again and again: some 5 KB a second.
const PORTION: usize = 128 * 1024;

/// Hears of each piece of a long body.
pub type Progress = Box<dyn Fn() + Send>;

/// The room for bodies, and the time for them.
#[derive(Clone, Debug)]
pub struct Bodies {
    small: Arc<Semaphore>,
    large: Arc<Semaphore>,
    time: Duration,
}

/// The body of one request. Its room is free again when this is dropped.
#[derive(Debug)]
pub struct Watch {
    held: Arc<Held>,
    refusal: oneshot::Receiver<Problem>,
}

type Held = Mutex<Vec<OwnedSemaphorePermit>>;

/// A body with the room that it has taken.
struct Intake {
    bodies: Bodies,
    body: WasiBody,
    /// The length that the request names.
    length: Option<usize>,
    seen: usize,
    taken: usize,
    until: Option<Instant>,
    long: Option<Long>,
    held: Arc<Held>,
    refuse: Option<oneshot::Sender<Problem>>,
}

/// The portion of a long body that is under way.
struct Long {
    progress: Progress,
    /// The time that the client has left for it.
    left: Duration,
    come: usize,
}

impl Bodies {
    /// Room for a host whose requests may take `request_timeout` until their answer begins: a body may take four
    /// fifths of that.
    pub fn new(request_timeout: Duration) -> Self {
        Self {
            small: Arc::new(Semaphore::new(SMALL_ROOM)),
            large: Arc::new(Semaphore::new(LARGE_ROOM)),
            time: request_timeout * 4 / 5,
        }
    }

    /// Watches over the body of a request, if it has one. A long one tells of its progress.
    pub fn watch(&self, request: &mut Request<WasiBody>, long: Option<Progress>) -> Option<Watch> {
        if request.body().is_end_stream() {
            return None;
        }
        let length = request.headers().get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
        let held = Arc::default();
        let (refuse, refusal) = oneshot::channel();
        let body = std::mem::replace(request.body_mut(), crate::problem::full(Bytes::new()));
        let intake = Intake {
            bodies: self.clone(),
            body,
            length,
            seen: 0,
            taken: 0,
            until: None,
            long: long.map(|progress| Long {
                progress,
                left: self.time,
                come: 0,
            }),
            held: Arc::clone(&held),
            refuse: Some(refuse),
        };
        let frames = unfold(Some(intake), |intake| async move {
            let mut intake = intake?;
            match intake.next().await? {
                Ok(frame) => Some((Ok(frame), Some(intake))),
                Err(error) => Some((Err(error), None)),
            }
        });
        *request.body_mut() = StreamBody::new(frames).boxed_unsync();
        Some(Watch { held, refusal })
    }
}

impl Watch {
    /// Waits until the request is to be refused for its body; for ever if it isn't.
    pub async fn refusal(&mut self) -> Problem {
        match (&mut self.refusal).await {
            Ok(problem) => problem,
            // The body came to its end.
            Err(_) => std::future::pending().await,
        }
    }

    /// The refusal of the request for its body, if it is refused by now.
    pub fn refused(&mut self) -> Option<Problem> {
        self.refusal.try_recv().ok()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        lock(&self.held).clear();
    }
}

impl Intake {
    async fn next(&mut self) -> Option<Result<Frame<Bytes>, Error>> {
        // The client's time begins afterwards: waiting for room is not its doing.
        if let Some(length) = self.length.filter(|length| *length > SMALL)
            && self.long.is_none()
            && self.taken == 0
            && !self.take(length.min(MOST)).await
        {
            return Some(Err(self.refuse(Problem::BodiesFull)));
        }
        let now = Instant::now();
        let until = match &self.long {
            Some(long) => now + long.left,
            None => {
                let whole = *self.until.get_or_insert(now + self.bodies.time);
                whole.min(now + SILENCE)
            }
        };
        let Ok(frame) = timeout_at(until, self.body.frame()).await else {
            let in_pieces = self.long.is_some();
            return Some(Err(self.refuse(Problem::SlowBody { in_pieces })));
        };
        let frame = match frame? {
            Ok(frame) => frame,
            Err(error) => return Some(Err(error)),
        };
        let bytes = frame.data_ref().map_or(0, Bytes::len);
        self.seen += bytes;
        let most = match &mut self.long {
            Some(long) => {
                long.came(bytes, now.elapsed(), self.bodies.time);
                SMALL
            }
            None => MOST,
        };
        let more = self.seen.min(most).saturating_sub(FREE + self.taken);
        if more > 0 && !self.take(more).await {
            return Some(Err(self.refuse(Problem::BodiesFull)));
        }
        Some(Ok(frame))
    }

    /// Takes room; false when there is none for too long.
    async fn take(&mut self, bytes: usize) -> bool {
        let room = match self.taken + bytes > SMALL {
            true => &self.bodies.large,
            false => &self.bodies.small,
        };
        let Ok(permits) = u32::try_from(bytes) else {
            return false;
        };
        let room = Arc::clone(room).acquire_many_owned(permits);
        let Ok(Ok(permit)) = timeout(PATIENCE, room).await else {
            return false;
        };
        lock(&self.held).push(permit);
        self.taken += bytes;
        true
    }

    /// Gives the host its answer; the component reads an error.
    fn refuse(&mut self, problem: Problem) -> Error {
        if let Some(refuse) = self.refuse.take() {
            // The receiver is gone once the request is answered.
            let _ = refuse.send(problem);
        }
        Error::ConnectionReadTimeout
    }
}

impl Long {
    /// Notes a piece that was waited for so long. The time in which the component doesn't ask isn't the client's.
    fn came(&mut self, bytes: usize, waited: Duration, time: Duration) {
        (self.progress)();
        self.come += bytes;
        self.left = self.left.saturating_sub(waited);
        if self.come >= PORTION {
            (self.left, self.come) = (time, 0);
        }
    }
}

fn lock(held: &Held) -> std::sync::MutexGuard<'_, Vec<OwnedSemaphorePermit>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn stalled_bodies_hold_up_no_ordinary_request() {
        let bodies = Bodies::new(Duration::from_secs(30));
        let room = u32::try_from(SMALL_ROOM).unwrap();
        let taken = Arc::clone(&bodies.small).try_acquire_many_owned(room);
        let come = |bytes: usize| {
            let body = crate::problem::full(Bytes::from(vec![b'x'; bytes]));
            let mut request = Request::new(body);
            let _watch = bodies.watch(&mut request, None);
            let read = request.into_body().collect().now_or_never()?;
            Some(read.unwrap().to_bytes().len())
        };
        assert_eq!(come(FREE), Some(FREE));
        assert_eq!(come(FREE + 1), None);
        drop(taken.unwrap());
        assert_eq!(come(FREE + 1), Some(FREE + 1));
    }
}
