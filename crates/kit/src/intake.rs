//! Bodies on their way in: how long one may take, and how much of them an instance holds at once. Spin bounds
//! neither, and an instance that runs out of memory takes all its requests with it.

use std::cell::Cell;

/// Bytes of a body up to which it needs no room: the 16 requests that an instance serves at once may all have one.
pub(crate) const SMALL: usize = 256 * 1024;
/// Bytes of all larger bodies that an instance holds at once. Read as JSON they take a multiple of it.
pub(crate) const ROOM: usize = 16 * 1024 * 1024;

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
    use std::future::{Future, poll_fn};
    use std::pin::pin;
    use std::task::Poll;
    use std::time::Duration;

    use bytes::{Bytes, BytesMut};
    use http_body_util::BodyExt;
    use spin_sdk::time::sleep;

    use super::{Place, Room};
    use crate::edge::too_large;
    use crate::error::{Code, Error, Result};

    /// How much of a body that is refused is read and thrown away, in bytes: a client that is still sending when its
    /// connection is closed sees a broken connection instead of the refusal. No route takes more.
    const DRAINED: usize = 4 * 1024 * 1024;
    /// How long that may take, after the answer.
    const DRAINING: Duration = Duration::from_secs(10);
    /// How long a body may take. The embedded host is stricter.
    const LONGEST: Duration = Duration::from_secs(30);
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
        match within(LONGEST, reading).await?? {
            size if size > limit => Err(too_large(limit)),
            _ => Ok(bytes.freeze()),
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
    async fn within<T>(time: Duration, work: impl Future<Output = T>) -> Result<T> {
        let (mut work, mut timer) = (pin!(work), pin!(sleep(time)));
        poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Ok(done)),
            Poll::Pending => timer.as_mut().poll(context).map(|()| {
                let detail = "The rest of the body did not come in time; nothing was done.";
                Err(Error::new(Code::RequestTimeout, detail))
            }),
        })
        .await
    }
}

#[cfg(target_family = "wasm")]
pub(crate) use reading::{drain, enter, read};

#[cfg(test)]
mod tests {
    use super::*;

    const LARGE: usize = 8 * 1024 * 1024;

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
