//! Bodies on their way in: how long one may take, and how much of them an instance holds at once. Spin bounds
//! neither, and an instance that runs out of memory takes all its requests with it.

use std::cell::Cell;
use std::time::Duration;

/// Bytes of a body up to which it needs no room: the 16 requests that an instance serves at once may all have one.
pub(crate) const SMALL: usize = 256 * 1024;
/// Bytes of all larger bodies that an instance holds at once. Read as JSON they take a multiple of it.
pub(crate) const ROOM: usize = 16 * 1024 * 1024;

/// How long a body may take, and each portion of one that is taken in pieces. The embedded host is stricter.
pub(crate) const LONGEST: Duration = Duration::from_secs(30);
/// Bytes of a portion: a client that sends no more than some 4 KB a second is too slow.
pub(crate) const PORTION: usize = 128 * 1024;

/// The time that a client has for the portion that is under way.
#[derive(Debug)]
pub(crate) struct Pace {
    left: Duration,
    come: usize,
}

impl Pace {
    /// At the beginning of a portion.
    pub(crate) fn new() -> Self {
        Self {
            left: LONGEST,
            come: 0,
        }
    }

    /// How long the next piece may be waited for.
    pub(crate) fn left(&self) -> Duration {
        self.left
    }

    /// Notes a piece that was waited for so long. The time in which nobody waits isn't the client's.
    pub(crate) fn came(&mut self, bytes: usize, waited: Duration) {
        self.come += bytes;
        self.left = self.left.saturating_sub(waited);
        if self.come >= PORTION {
            *self = Self::new();
        }
    }
}

/// The room for larger bodies.
#[derive(Debug, Default)]
pub(crate) struct Room(Cell<usize>);

/// Room that a body has, until this is dropped.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    room: &'a Cell<usize>,
    bytes: usize,
}

impl Room {
    /// Takes room for a body of at most so many bytes; none where others have left too little.
    pub(crate) fn take(&self, bytes: usize) -> Option<Place<'_>> {
        let bytes = if bytes > SMALL { bytes } else { 0 };
        let taken = self.0.get() + bytes;
        // One that is larger than all of the room comes in alone.
        if taken > ROOM && taken > bytes {
            return None;
        }
        self.0.set(taken);
        Some(Place {
            room: &self.0,
            bytes,
        })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.room.set(self.room.get() - self.bytes);
    }
}

#[cfg(target_family = "wasm")]
mod reading {
    use std::cell::{Cell, RefCell};
    use std::future::{Future, poll_fn};
    use std::pin::{Pin, pin};
    use std::rc::Rc;
    use std::task::{Context, Poll, ready};
    use std::time::{Duration, Instant};

    use bytes::{Bytes, BytesMut};
    use http_body_util::BodyExt;
    use spin_sdk::time::sleep;

    use super::{LONGEST, Pace, Place, Room};
    use crate::error::{Code, Error, Result};
    use crate::incoming::{Source, broken_off, too_large, too_slow};

    /// How much of a body that is refused is read and thrown away, in bytes: a client that is still sending when its
    /// connection is closed sees a broken connection instead of the refusal. No route takes more.
    const DRAINED: usize = 4 * 1024 * 1024;
    /// How long that may take, after the answer.
    const DRAINING: Duration = Duration::from_secs(10);
    /// How long a body waits for room, and how often it looks for it.
    const PATIENCE: u32 = 250;
    const LOOK: Duration = Duration::from_millis(20);

    thread_local! {
        /// The room of this instance.
        static ROOM: &'static Room = Box::leak(Box::default());
    }

    /// Waits for room for a body of at most so many bytes.
    pub(crate) async fn enter(bytes: usize) -> Result<Place<'static>> {
        let room = ROOM.with(|room| *room);
        for _ in 0..PATIENCE {
            if let Some(place) = room.take(bytes) {
                return Ok(place);
            }
            sleep(LOOK).await;
        }
        let detail = "Too many large bodies are on their way. Try again in a moment.";
        Err(Error::new(Code::Unavailable, detail).with_header("retry-after", "1"))
    }

    /// Reads a body, counting while it comes: Spin itself has no limit, and a length may lie.
    pub(crate) async fn read<B>(mut body: B, length: Option<usize>, limit: usize) -> Result<Bytes>
    where
        B: http_body::Body<Data = Bytes> + Unpin,
    {
        let mut bytes = BytesMut::with_capacity(length.unwrap_or(0).min(limit));
        let reading = async {
            let mut size = 0_usize;
            while let Some(frame) = body.frame().await {
                let frame = frame.map_err(|_| {
                    Error::new(Code::InvalidJson, "The body broke off before its end.")
                })?;
                let Ok(data) = frame.into_data() else {
                    continue;
                };
                size += data.len();
                if size <= limit {
                    bytes.extend_from_slice(&data);
                } else if size > limit + DRAINED {
                    break;
                }
            }
            Ok::<usize, Error>(size)
        };
        let too_slow = || {
            let detail = "The rest of the body did not come in time; nothing was done.";
            Error::new(Code::RequestTimeout, detail)
        };
        match within(LONGEST, reading).await.ok_or_else(too_slow)?? {
            size if size > limit => Err(too_large(limit)),
            _ => Ok(bytes.freeze()),
        }
    }

    /// A body that a handler may take in pieces, and whose rest is drained.
    pub(crate) struct Sent<B> {
        body: RefCell<Option<B>>,
        is_begun: Cell<bool>,
    }

    impl<B> Sent<B>
    where
        B: http_body::Body<Data = Bytes> + Unpin,
    {
        pub(crate) fn new(body: B) -> Self {
            Self {
                body: RefCell::new(Some(body)),
                is_begun: Cell::new(false),
            }
        }

        /// Takes the body out.
        pub(crate) fn take(&self) -> Option<B> {
            self.body.take()
        }

        /// Whether some of it was read.
        pub(crate) fn is_begun(&self) -> bool {
            self.is_begun.get()
        }

        fn poll(&self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
            self.is_begun.set(true);
            let mut body = self.body.borrow_mut();
            let Some(body) = &mut *body else {
                return Poll::Ready(None);
            };
            loop {
                let frame = match ready!(Pin::new(&mut *body).poll_frame(context)) {
                    Some(Ok(frame)) => frame,
                    Some(Err(_)) => return Poll::Ready(Some(Err(broken_off()))),
                    None => return Poll::Ready(None),
                };
                // Trailers say nothing.
                if let Ok(data) = frame.into_data() {
                    return Poll::Ready(Some(Ok(data)));
                }
            }
        }
    }

    /// The pieces of a body, each waited for as long as a client may take.
    pub(crate) struct Pieces<B> {
        sent: Rc<Sent<B>>,
        pace: Pace,
    }

    impl<B> Pieces<B> {
        pub(crate) fn of(sent: Rc<Sent<B>>) -> Self {
            Self {
                sent,
                pace: Pace::new(),
            }
        }
    }

    impl<B> Source for Pieces<B>
    where
        B: http_body::Body<Data = Bytes> + Unpin,
    {
        fn next(&mut self) -> Pin<Box<dyn Future<Output = Result<Option<Bytes>>> + '_>> {
            Box::pin(async {
                let begun = Instant::now();
                let next = poll_fn(|context| self.sent.poll(context));
                let next = within(self.pace.left(), next).await;
                if let Some(Some(Ok(piece))) = next {
                    self.pace.came(piece.len(), begun.elapsed());
                    return Ok(Some(piece));
                }
                // There is no rest that is worth being drained.
                drop(self.sent.take());
                match next {
                    Some(end) => end.transpose(),
                    None => Err(too_slow()),
                }
            })
        }
    }

    /// Reads a body that isn't wanted, up to [`DRAINED`] bytes and for [`DRAINING`] at most, and throws it away.
    pub(crate) async fn drain<B>(mut body: B)
    where
        B: http_body::Body<Data = Bytes> + Unpin,
    {
        let draining = async {
            let mut size = 0;
            while let Some(Ok(frame)) = body.frame().await {
                size += frame.data_ref().map_or(0, Bytes::len);
                if size > DRAINED {
                    return;
                }
            }
        };
        // The answer is given already, so an error here is ignored.
        let _ = within(DRAINING, draining).await;
    }

    /// The result of work that is done in time. A timer is set only if it isn't there at once.
    async fn within<T>(time: Duration, work: impl Future<Output = T>) -> Option<T> {
        let (mut work, mut timer) = (pin!(work), pin!(sleep(time)));
        poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending => timer.as_mut().poll(context).map(|()| None),
        })
        .await
    }
}

#[cfg(target_family = "wasm")]
pub(crate) use reading::{Pieces, Sent, drain, enter, read};

#[cfg(test)]
mod tests {
    use super::*;

    const LARGE: usize = 8 * 1024 * 1024;
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_slow_client_that_goes_on_has_time_and_one_that_trickles_has_none_left() {
        let mut steady = Pace::new();
        // An hour at 5 KB a second.
        for _ in 0..3600 {
            steady.came(5 * 1024, SECOND);
            assert!(steady.left() > SECOND);
        }
        let mut trickle = Pace::new();
        for _ in 0..30 {
            trickle.came(4 * 1024, SECOND);
        }
        assert_eq!(trickle.left(), Duration::ZERO);
    }

    #[test]
    fn what_came_early_is_no_credit_for_later() {
        let mut pace = Pace::new();
        for _ in 0..1000 {
            pace.came(PORTION, Duration::ZERO);
        }
        assert_eq!(pace.left(), LONGEST);
    }

    #[test]
    fn two_of_the_largest_bodies_have_room_and_a_third_when_one_is_done() {
        let room = Room::default();
        let first = room.take(LARGE).expect("room");
        let _second = room.take(LARGE).expect("room");
        assert!(room.take(LARGE).is_none());
        assert!(room.take(SMALL + 1).is_none());
        drop(first);
        assert!(room.take(LARGE).is_some());
    }

    #[test]
    fn small_bodies_always_have_room() {
        let room = Room::default();
        let _large = (room.take(LARGE), room.take(LARGE));
        let small: Vec<_> = (0..1000).map(|_| room.take(SMALL)).collect();
        assert!(small.iter().all(Option::is_some));
    }

    #[test]
    fn a_body_that_is_larger_than_the_room_comes_in_alone() {
        let room = Room::default();
        let _huge = room.take(2 * ROOM).expect("room");
        assert!(room.take(LARGE).is_none());
    }
}
