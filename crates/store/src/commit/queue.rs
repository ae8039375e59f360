//! Batches that wait to be committed, and those of one transaction.

use std::rc::Rc;
use std::time::Duration;

use super::lower::Lowered;
use crate::batch::Committed;
use crate::error::StoreError;
use crate::line::{Line, Place, Taken};

/// What becomes of a batch.
pub(crate) type Outcome = Result<Committed, StoreError>;

/// Most batches, and most operations, of one transaction: others wait for the lock meanwhile.
const MAX_BATCHES: usize = 64;
const MAX_OPS: usize = 1000;

/// The batches nobody has taken yet, in the order in which they came.
pub(crate) type Queue = Line<Lowered, Outcome>;

type Entry = Place<Lowered, Outcome>;

impl Line<Lowered, Outcome> {
    /// The first in the queue, as many as fit into one transaction; those nobody waits for go.
    pub(super) fn take(self: &Rc<Self>) -> Group {
        self.take_up_to(MAX_OPS)
    }

    /// The first in the queue, one or more with at most so many operations.
    pub(crate) fn take_up_to(self: &Rc<Self>, most: usize) -> Group {
        let mut ops = 0;
        self.group(|taken, next| {
            ops += next.work.ops.len();
            taken == 0 || (taken < MAX_BATCHES && ops <= most)
        })
    }

    /// Those who have been in the queue for this long.
    pub(super) fn take_older(self: &Rc<Self>, age: Duration) -> Group {
        self.group(|_, next| next.since.elapsed() >= age)
    }

    /// The only batch in the queue, if it is a single statement.
    pub(super) fn take_statement(self: &Rc<Self>) -> Option<Group> {
        let alone = self.len() == 1 && self.first_is(Lowered::is_statement);
        alone
            .then(|| self.take())
            .filter(|group| !group.taken.places.is_empty())
    }

    fn group(self: &Rc<Self>, wanted: impl FnMut(usize, &Entry) -> bool) -> Group {
        Group {
            taken: self.take_while(wanted),
            committing: false,
        }
    }
}

/// Batches of one transaction. Dropped without results it never leaves anybody waiting.
pub(crate) struct Group {
    taken: Taken<Lowered, Outcome>,
    committing: bool,
}

impl Group {
    pub fn batches(&self) -> Vec<&Lowered> {
        self.taken.places.iter().map(|entry| &entry.work).collect()
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
        self.taken.places.remove(position).settle(result);
    }

    /// Puts the batches from this one on back to the head of the queue.
    pub fn put_back(&mut self, from: usize) {
        self.taken.put_back(from);
    }

    /// Gives each batch its result.
    pub fn deliver(mut self, results: Vec<Outcome>) {
        for (entry, result) in self.taken.places.drain(..).zip(results) {
            entry.settle(result);
        }
    }

    /// Gives every batch this error.
    pub fn fail(mut self, error: &StoreError) {
        for entry in self.taken.places.drain(..) {
            entry.settle(Err(error.clone()));
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The leader's future was dropped in the middle. Closing its connection rolls back what
        // wasn't being committed, so the others can simply go again.
        if self.committing {
            for entry in self.taken.places.drain(..) {
                let why = "it is not known whether the commit took place".to_owned();
                entry.settle(Err(StoreError::Unavailable(why)));
            }
        }
    }
}
