//! The turns of an instance's requests at something that takes it whole, such as hashing a password.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

/// The most requests that wait for a turn in an instance. More are sent away: they would wait for longer than people
/// do.
const MOST_WAITING: usize = 64;

/// The line of the requests that wait; the first in it has the turn.
#[derive(Default)]
pub(crate) struct Turns {
    line: RefCell<VecDeque<u64>>,
    next: Cell<u64>,
}

/// A place in the line; ends when dropped, whether or not its turn had come.
pub(crate) struct Turn<'a> {
    turns: &'a Turns,
    number: u64,
}

impl Turns {
    /// A place at the end of the line; none where too many wait.
    pub fn join(&self) -> Option<Turn<'_>> {
        let mut line = self.line.borrow_mut();
        if line.len() >= MOST_WAITING {
            return None;
        }
        let number = self.next.get();
        self.next.set(number.wrapping_add(1));
        line.push_back(number);
        Some(Turn {
            turns: self,
            number,
        })
    }
}

impl Turn<'_> {
    /// Whether it is the first in line.
    pub fn has_come(&self) -> bool {
        self.turns.line.borrow().front() == Some(&self.number)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut line = self.turns.line.borrow_mut();
        line.retain(|number| *number != self.number);
    }
}
