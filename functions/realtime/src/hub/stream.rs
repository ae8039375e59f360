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

/// After how long a silent stream gets a comment, so that nothing in between closes it.
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
    last: Instant,
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
            last: Instant::now(),
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

    /// Has it end with a word, after the events that wait. Whether the writing has to be started.
    pub fn end(&mut self, ctx: &Ctx, reason: StreamEnd) -> bool {
        if self.is_ending || self.is_lost {
            return false;
        }
        let what = What::StreamEnded(StreamView { reason });
        let Ok(frame) = Frame::new(0, None, ctx.clock(), what) else {
            return false;
        };
        let starts = self.push(Rc::new(frame));
        self.is_ending = true;
        if reason == StreamEnd::SignedOut {
            // Nothing more is told to somebody who was signed out.
            let last = self.waiting.pop_back();
            self.waiting.clear();
            self.waiting.extend(last);
        }
        starts
    }

    /// Says something where nothing was said for long: with the place, so that a client that comes back is not told to begin anew.
    /// Whether the writing has to be started.
    pub fn keep_up(&mut self, place: &str) -> bool {
        let is_silent = self.outlet.is_some() && self.is_empty() && !self.is_ending;
        if !is_silent || self.last.elapsed() < SILENCE {
            return false;
        }
        self.comment = Some(format!(":\nid: {place}\n\n"));
        true
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
        let mut text = self.comment.take().unwrap_or_default().into_bytes();
        while text.len() < PORTION {
            let Some(frame) = self.waiting.pop_front() else {
                break;
            };
            self.bytes = self.bytes.saturating_sub(frame.sse.len());
            text.extend_from_slice(frame.sse.as_bytes());
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
        self.last = Instant::now();
        !self.is_empty()
    }
}
