//! One stream: the events that wait for its reader, and the writing of them.

use std::collections::{BTreeSet, VecDeque};
use std::pin::Pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures::future::{AbortHandle, abortable};
use whisper_kit::{Ctx, Outlet};
use whisper_schema::Timestamp;

use crate::audience::User;
use crate::event::{StreamEnd, StreamView, What};
use crate::frame::Frame;
use crate::limits::{PATIENCE, RETRY};
use crate::opening::Opening;

/// After how long without a place a stream gets a comment with one, so that nothing in between closes it and its client has a fresh place.
const SILENCE: Duration = Duration::from_secs(15);
/// Bytes that may wait for a reader. One who is further behind comes back, and is told again.
const MOST_WAITING: usize = 1 << 20;
/// Bytes that are written at once, give or take an event.
const PORTION: usize = 64 << 10;

/// The writing of some events.
pub type Writing = Pin<Box<dyn Future<Output = Written>>>;

/// The end of the writing.
pub struct Written {
    /// The stream.
    pub id: u64,
    /// The way to its reader; none when that is gone, or the stream has ended.
    pub outlet: Option<Outlet>,
}

/// A stream.
pub struct Stream {
    /// Its user.
    pub user: User,
    /// The user's session.
    pub session: String,
    /// The hash of its token, if that is a bot's.
    pub token: Option<String>,
    /// The people whose presence it tells of.
    pub watched: Rc<BTreeSet<String>>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Commit number up to which it was told before.
    from: i64,
    waiting: VecDeque<Rc<Frame>>,
    bytes: usize,
    /// The way to its reader; none while something is written.
    outlet: Option<Outlet>,
    /// Since when something is written, and how to break that off.
    writing: Option<(Instant, AbortHandle)>,
    /// When a place was last handed on. Signs have none.
    placed: Instant,
    /// Words that are no event, which come first.
    comment: Option<String>,
    is_ending: bool,
    is_lost: bool,
}

impl Stream {
    /// A stream that has caught up.
    pub fn new(opening: Opening, now: Timestamp) -> Self {
        let Opening {
            user,
            session,
            token,
            at,
            outlet,
            watched,
            ..
        } = opening;
        Stream {
            user,
            session,
            token,
            watched: Rc::new(watched),
            opened_at: now,
            from: at.seq,
            waiting: VecDeque::new(),
            bytes: 0,
            outlet: Some(outlet),
            writing: None,
            placed: Instant::now(),
            comment: None,
            is_ending: false,
            is_lost: false,
        }
    }

    /// Has an event wait for its reader. Whether the writing has to be started.
    pub fn push(&mut self, frame: Rc<Frame>) -> bool {
        if self.is_ending || self.is_lost || (frame.seq > 0 && frame.seq <= self.from) {
            return false;
        }
        self.bytes += frame.sse.len();
        self.is_lost |= self.bytes > MOST_WAITING;
        let is_first = self.is_empty();
        self.waiting.push_back(frame);
        is_first && self.outlet.is_some()
    }

    /// Has it end with a word, after the events that wait; `place` is behind them. Whether the writing has to be started.
    pub fn end(&mut self, ctx: &Ctx, reason: StreamEnd, place: Option<&str>) -> bool {
        let is_signed_out = reason == StreamEnd::SignedOut;
        if is_signed_out {
            // Nothing more is told to somebody who was signed out, also of a stream that is ending already.
            self.waiting.clear();
            self.comment = None;
            self.bytes = 0;
            self.is_ending = false;
        }
        if self.is_ending || self.is_lost {
            return false;
        }
        // Somebody who was signed out isn't told the events before, so this is no place for them.
        let place = place.filter(|_| !is_signed_out).map(str::to_owned);
        let what = What::StreamEnded(StreamView { reason });
        let Ok(frame) = Frame::new(0, place, ctx.clock(), what) else {
            return false;
        };
        let starts = self.push(Rc::new(frame));
        self.is_ending = true;
        starts
    }

    /// Says the place where none was said for long, so that a client that comes back is not told to begin anew: signs alone leave it with an
    /// old one. Whether the writing has to be started.
    pub fn keep_up(&mut self, place: &str) -> bool {
        // The comment comes before all that waits, so no event may wait whose place is before this one.
        let may_come_first = self.waiting.iter().all(|frame| frame.seq == 0);
        let is_due = self.placed.elapsed() >= SILENCE && !self.is_ending && may_come_first;
        if !is_due {
            return false;
        }
        let starts = self.is_empty() && self.outlet.is_some();
        self.comment = Some(format!(":\nid: {place}\n\n"));
        starts
    }

    /// Whether its reader doesn't read, or is too far behind; then what is written is broken off.
    pub fn is_stuck(&self) -> bool {
        let Some((since, handle)) = &self.writing else {
            return self.is_lost;
        };
        let is_stuck = self.is_lost || since.elapsed() > PATIENCE;
        if is_stuck {
            handle.abort();
        }
        is_stuck
    }

    fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.comment.is_none()
    }

    /// Begins to write what waits, if nothing is being written.
    pub fn write(&mut self, id: u64) -> Option<Writing> {
        if self.is_empty() {
            return None;
        }
        let mut outlet = self.outlet.take()?;
        let comment = self.comment.take();
        let mut has_place = comment.is_some();
        let mut text = comment.unwrap_or_default().into_bytes();
        while text.len() < PORTION {
            let Some(frame) = self.waiting.pop_front() else {
                break;
            };
            has_place |= frame.seq > 0;
            self.bytes = self.bytes.saturating_sub(frame.sse.len());
            text.extend_from_slice(frame.sse.as_bytes());
        }
        if has_place {
            self.placed = Instant::now();
        }
        let is_end = self.is_ending && self.waiting.is_empty();
        if is_end {
            text.extend_from_slice(RETRY.as_bytes());
        }
        let work = async move {
            if !outlet.write(text).await {
                return None;
            }
            if is_end {
                outlet.end().await;
                return None;
            }
            Some(outlet)
        };
        let (work, handle) = abortable(work);
        self.writing = Some((Instant::now(), handle));
        Some(Box::pin(async move {
            let outlet = work.await.ok().flatten();
            Written { id, outlet }
        }))
    }

    /// Takes the way to its reader back. Whether there is more to write.
    pub fn take_back(&mut self, outlet: Outlet) -> bool {
        self.outlet = Some(outlet);
        self.writing = None;
        !self.is_empty()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use futures::executor::block_on;
    use serde_json::Value;
    use whisper_kit::Method;
    use whisper_kit::testing::TestEdge;

    use super::super::Hub;
    use super::*;
    use crate::event::NothingMore;

    /// A stream that was opened, with nothing to be written.
    fn opened() -> (TestEdge, Stream) {
        let edge = TestEdge::new(&crate::api(), &[]);
        let (_, token) = block_on(edge.user());
        let path = "/v1/realtime";
        block_on(edge.send(Method::GET, path, &token, &Value::Null));
        let hub = Hub::of_instance();
        let (_, stream) = hub.streams.borrow_mut().pop_first().unwrap();
        (edge, stream)
    }

    fn frame(seq: i64) -> Rc<Frame> {
        let id = (seq > 0).then(|| format!("place-{seq}"));
        let what = What::SessionsChanged(NothingMore {});
        Rc::new(Frame::new(seq, id, Timestamp::from_millis(0), what).unwrap())
    }

    fn waiting(stream: &Stream) -> String {
        stream.waiting.iter().map(|frame| &*frame.sse).collect()
    }

    #[test]
    fn a_stream_ends_with_the_place_behind_all_that_waits() {
        let (edge, mut stream) = opened();
        stream.push(frame(1_000));
        assert!(!stream.end(&edge.ctx(), StreamEnd::Renew, Some("behind")));
        let waiting = waiting(&stream);
        let (event, end) = waiting.split_once("\n\n").unwrap();
        assert!(event.starts_with("id: place-1000\n"), "{event}");
        assert!(
            end.starts_with("id: behind\nevent: stream.ended\n"),
            "{end}"
        );
    }

    #[test]
    fn nothing_that_waits_is_told_after_a_sign_out_not_even_of_a_stream_that_ends() {
        for is_ending in [false, true] {
            let (edge, mut stream) = opened();
            stream.push(frame(1_000));
            if is_ending {
                stream.end(&edge.ctx(), StreamEnd::Renew, Some("behind"));
            }
            stream.end(&edge.ctx(), StreamEnd::SignedOut, Some("behind"));
            stream.push(frame(1_001));
            let waiting = waiting(&stream);
            assert!(waiting.starts_with("event: stream.ended\n"), "{waiting}");
            assert!(
                waiting.contains("signed_out") && !waiting.contains("place"),
                "{waiting}"
            );
            assert_eq!(stream.waiting.len(), 1);
        }
    }

    #[test]
    fn a_stream_that_tells_signs_alone_gets_a_fresh_place_all_the_same() {
        let (_edge, mut stream) = opened();
        let write = |stream: &mut Stream, seq: i64| {
            stream.push(frame(seq));
            let written = block_on(stream.write(0).unwrap());
            stream.take_back(written.outlet.unwrap());
        };
        let long_ago = Instant::now().checked_sub(SILENCE).unwrap();
        stream.placed = long_ago;
        write(&mut stream, 0);
        assert!(stream.keep_up("here"));
        assert_eq!(stream.comment.as_deref(), Some(":\nid: here\n\n"));
        block_on(stream.write(0).unwrap());
        assert!(!stream.keep_up("here"));
        stream.placed = long_ago;
        stream.push(frame(1_000));
        assert!(!stream.keep_up("behind"), "an event waits before it");
        assert_eq!(stream.comment, None);
    }
}
