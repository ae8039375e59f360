//! How many streams of a user may be opening in an instance, how many of a user's polls may wait there, and how many long replays may run.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use whisper_kit::Ctx;
use whisper_kit::error::{Code, Error, Result};

use crate::limits::STREAMS;

/// How many replays of more than a page may run for a user at once.
const REPLAYS: usize = 3;
/// After how many seconds a client may try again.
const AGAIN: &str = "2";

/// The things that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Opening,
    Poll,
    Replay,
}

thread_local! {
    /// The turns that are taken, by kind and user, the oldest first.
    static TAKEN: RefCell<BTreeMap<(Kind, String), Vec<u64>>> = RefCell::default();
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

/// One of a user's turns, until it is dropped.
pub struct Turn {
    of: (Kind, String),
    id: u64,
    most: usize,
}

impl Turn {
    /// A stream's, until it is among the others: there are as many as a user may have streams.
    ///
    /// # Errors
    /// [`Code::RateLimited`] when all are taken.
    pub fn to_open(ctx: &Ctx, user: &str) -> Result<Self> {
        let turn = Turn::take(Kind::Opening, user, streams(ctx));
        let detail = format!("{} streams of yours are being opened already.", turn.most);
        turn.or_refused(detail)
    }

    /// A long replay's, until it is done.
    ///
    /// # Errors
    /// [`Code::RateLimited`] when all are taken.
    pub fn to_replay(user: &str) -> Result<Self> {
        let turn = Turn::take(Kind::Replay, user, REPLAYS);
        turn.or_refused("Events that you missed are being read already, several times.".to_owned())
    }

    /// A poll's. None is refused: an instance isn't told that a client went away, and a client that asks again is not to wait for its own
    /// former polls.
    pub fn to_wait(ctx: &Ctx, user: &str) -> Self {
        Turn::take(Kind::Poll, user, streams(ctx))
    }

    fn take(kind: Kind, user: &str, most: usize) -> Self {
        let id = NEXT.get();
        NEXT.set(id + 1);
        let of = (kind, user.to_owned());
        TAKEN.with_borrow_mut(|taken| taken.entry(of.clone()).or_default().push(id));
        Turn { of, id, most }
    }

    /// Gives it back where more are taken than may be.
    fn or_refused(self, detail: String) -> Result<Self> {
        let taken = TAKEN.with_borrow(|taken| taken.get(&self.of).map_or(0, Vec::len));
        match taken > self.most {
            true => Err(Error::new(Code::RateLimited, detail).with_header("retry-after", AGAIN)),
            false => Ok(self),
        }
    }

    /// Whether so many newer ones wait that this one is to end.
    pub fn is_over(&self) -> bool {
        TAKEN.with_borrow(|taken| {
            let theirs = taken.get(&self.of).into_iter().flatten();
            theirs.filter(|id| **id > self.id).count() >= self.most
        })
    }
}

fn streams(ctx: &Ctx) -> usize {
    ctx.config().get(&STREAMS).max(1) as usize
}

impl Drop for Turn {
    fn drop(&mut self) {
        TAKEN.with_borrow_mut(|taken| {
            if let Some(theirs) = taken.get_mut(&self.of) {
                theirs.retain(|id| *id != self.id);
                if theirs.is_empty() {
                    taken.remove(&self.of);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use whisper_kit::testing::TestEdge;

    use super::*;

    #[test]
    fn so_many_streams_may_open_at_once_and_each_user_has_their_own_turns() {
        let ctx = TestEdge::new(&crate::api(), &[("streams_per_user", "2")]).ctx();
        let mut taken: Vec<Turn> = (0..2)
            .map(|_| Turn::to_open(&ctx, "ann").unwrap())
            .collect();
        let refused = Turn::to_open(&ctx, "ann").err().unwrap();
        assert_eq!(refused.code(), Code::RateLimited);
        assert!(Turn::to_open(&ctx, "bob").is_ok());
        let _poll = Turn::to_wait(&ctx, "ann");
        taken.pop();
        assert!(Turn::to_open(&ctx, "ann").is_ok());
    }

    #[test]
    fn so_many_long_replays_run_at_once() {
        let mut taken: Vec<Turn> = (0..REPLAYS)
            .map(|_| Turn::to_replay("ann").unwrap())
            .collect();
        let refused = Turn::to_replay("ann").err().unwrap();
        assert_eq!(refused.code(), Code::RateLimited);
        assert!(Turn::to_replay("bob").is_ok());
        taken.pop();
        assert!(Turn::to_replay("ann").is_ok());
    }

    #[test]
    fn the_oldest_poll_ends_when_more_come_than_may_wait() {
        let ctx = TestEdge::new(&crate::api(), &[("streams_per_user", "2")]).ctx();
        let [first, second, third] = [0; 3].map(|_| Turn::to_wait(&ctx, "ann"));
        assert_eq!(
            [&first, &second, &third].map(Turn::is_over),
            [true, false, false]
        );
        drop(third);
        assert!(!first.is_over());
    }
}
