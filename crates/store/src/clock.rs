//! The time of commits.

use std::cell::Cell;
use std::rc::Rc;

use whisper_schema::Timestamp;

/// Tells the time.
pub type Clock = Rc<dyn Fn() -> Timestamp>;

/// How far ahead of the clock the latest time of a commit may be and still hold it up, in milliseconds: a day. A clock
/// that is corrected goes back by less. A time further ahead is the error of a clock that has been mended since, and
/// would else stop the time for as long.
pub(crate) const FARTHEST_AHEAD: i64 = 24 * 60 * 60 * 1000;

/// A clock, and the latest time that a commit of this instance was given. (In SQL the one of all instances is in the database.)
pub(crate) struct Ticking {
    clock: Clock,
    latest: Cell<Timestamp>,
}

impl Ticking {
    pub fn new(clock: Clock) -> Self {
        Ticking {
            clock,
            latest: Cell::new(Timestamp::MIN),
        }
    }

    /// The time by the clock.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The time of a commit: not earlier than that of the one before, unless that is more than [`FARTHEST_AHEAD`] ahead
    /// of the clock.
    pub fn tick(&self) -> Timestamp {
        let (now, latest) = (self.now(), self.latest.get());
        let ahead = latest.as_millis().saturating_sub(now.as_millis());
        let at = match (0..=FARTHEST_AHEAD).contains(&ahead) {
            true => latest,
            false => now,
        };
        self.latest.set(at);
        at
    }

    /// Hears of the time of a commit that somebody else made.
    pub fn heard_of(&self, at: Timestamp) {
        self.latest.set(self.latest.get().max(at));
    }

    /// Hears of the time that a commit was given by the database.
    pub fn given(&self, at: Timestamp) {
        self.latest.set(at);
    }
}
