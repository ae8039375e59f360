//! Batches that wait to be committed, and the hand-over of their results.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::lower::Lowered;
use crate::batch::Committed;
use crate::error::StoreError;

/// What becomes of a batch.
pub(crate) type Outcome = Result<Committed, StoreError>;

/// Most batches, and most operations, of one transaction: others wait for the lock meanwhile.
const MAX_BATCHES: usize = 64;
const MAX_OPS: usize = 1000;

/// The batches nobody has taken yet, in the order in which they came.
#[derive(Default)]
pub(crate) struct Queue {
    waiting: RefCell<VecDeque<Rc<Entry>>>,
}

struct Entry {
    batch: Lowered,
    since: Instant,
    result: RefCell<Option<Outcome>>,
    /// Nobody waits for the result any more.
    abandoned: Cell<bool>,
}

/// A batch's place, held by who wants its result.
pub(crate) struct Ticket(Rc<Entry>);

impl Ticket {
    /// The result, once.
    pub fn result(&self) -> Option<Outcome> {
        self.0.result.take()
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.abandoned.set(true);
    }
}

impl Queue {
    pub(crate) fn enter(&self, batch: Lowered) -> Ticket {
        let entry = Rc::new(Entry {
            batch,
            since: Instant::now(),
            result: RefCell::default(),
            abandoned: Cell::new(false),
        });
        self.waiting.borrow_mut().push_back(entry.clone());
        Ticket(entry)
    }

    /// The first in the queue, as many as fit into one transaction; those nobody waits for go.
    pub(crate) fn take(self: &Rc<Self>) -> Group {
        let mut ops = 0;
        self.take_while(|taken, next| {
            ops += next.batch.ops.len();
            taken == 0 || (taken < MAX_BATCHES && ops <= MAX_OPS)
        })
    }

    /// Those who have been in the queue for this long.
    pub(super) fn take_older(self: &Rc<Self>, age: Duration) -> Group {
        self.take_while(|_, next| next.since.elapsed() >= age)
    }

    /// The only batch in the queue, if it is a single statement.
    pub(super) fn take_statement(self: &Rc<Self>) -> Option<Group> {
        let waiting = self.waiting.borrow();
        let only = waiting.front().filter(|_| waiting.len() == 1);
        let alone = only.is_some_and(|only| only.batch.is_statement());
        drop(waiting);
        alone
            .then(|| self.take())
            .filter(|group| !group.entries.is_empty())
    }

    fn take_while(self: &Rc<Self>, mut wanted: impl FnMut(usize, &Entry) -> bool) -> Group {
        let mut waiting = self.waiting.borrow_mut();
        let mut entries = Vec::new();
        while waiting
            .front()
            .is_some_and(|next| wanted(entries.len(), next))
        {
            entries.extend(waiting.pop_front().filter(|entry| !entry.abandoned.get()));
        }
        drop(waiting);
        Group {
            queue: self.clone(),
            entries,
            committing: false,
        }
    }
}

/// Batches of one transaction. Dropped without results it never leaves anybody waiting.
pub(crate) struct Group {
    queue: Rc<Queue>,
    entries: Vec<Rc<Entry>>,
    committing: bool,
}

impl Group {
    pub fn batches(&self) -> Vec<&Lowered> {
        self.entries.iter().map(|entry| &entry.batch).collect()
    }

    /// From here on the transaction may have taken place.
    pub fn committing(&mut self) {
        self.committing = true;
    }

    /// It certainly didn't take place: it can be tried again.
    pub fn not_committing(&mut self) {
        self.committing = false;
    }

    /// Gives one batch its result; the others go on.
    pub fn settle(&mut self, position: usize, result: Outcome) {
        let entry = self.entries.remove(position);
        entry.result.replace(Some(result));
    }

    /// Puts the batches from this one on back to the head of the queue.
    pub fn put_back(&mut self, from: usize) {
        let mut waiting = self.queue.waiting.borrow_mut();
        for entry in self.entries.drain(from..).rev() {
            waiting.push_front(entry);
        }
    }

    /// Gives each batch its result.
    pub fn deliver(mut self, results: Vec<Outcome>) {
        for (entry, result) in self.entries.drain(..).zip(results) {
            entry.result.replace(Some(result));
        }
    }

    /// Gives every batch this error.
    pub fn fail(mut self, error: &StoreError) {
        for entry in self.entries.drain(..) {
            entry.result.replace(Some(Err(error.clone())));
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The leader's future was dropped in the middle. Closing its connection rolls back what
        // wasn't being committed, so the others can simply go again.
        let mut waiting = self.queue.waiting.borrow_mut();
        for entry in self.entries.drain(..).rev() {
            if self.committing {
                let why = "it is not known whether the commit took place".to_owned();
                entry
                    .result
                    .replace(Some(Err(StoreError::Unavailable(why))));
            } else {
                waiting.push_front(entry);
            }
        }
    }
}
