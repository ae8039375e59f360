//! Batches that wait to be committed, and batches that are committed together.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use super::form::Planned;
use super::locks::Locks;
use super::lower::Lowered;
use crate::batch::Committed;
use crate::error::StoreError;
use crate::line::{Line, Place, Taken};

/// The result of a batch.
pub(crate) type Outcome = Result<Committed, StoreError>;

/// Most batches of one commit: others wait for the lock meanwhile.
const MAX_BATCHES: usize = 64;
/// Most operations of batches that share a statement: it is to be done soon, and a transaction of PostgreSQL's has room for 16,384 new documents.
const MOST_OPS: usize = 4000;

/// The batches that wait to be taken, in the order in which they came.
pub(crate) type Queue<W = Lowered> = Line<W, Outcome>;

impl Line<Lowered, Outcome> {
    /// The first in the queue, one or more with at most so many operations; batches whose callers have gone are
    /// dropped.
    pub(crate) fn take_up_to(self: &Rc<Self>, most: usize) -> Group {
        let mut ops = 0;
        Group::of(self.take_while(|taken, next| {
            ops += next.work.ops.len();
            taken == 0 || (taken < MAX_BATCHES && ops <= most)
        }))
    }
}

impl Line<Planned, Outcome> {
    /// The first in the queue, and batches of its form right behind it, as long as they don't need the database for themselves for their number alone.
    pub(super) fn take(self: &Rc<Self>) -> Group<Planned> {
        let (mut first, mut most, mut ops) = (None, 1, 0);
        let mut locks = Locks::default();
        Group::of(self.take_while(|taken, next| {
            let form = &next.work.form;
            ops += next.work.batch.ops.len();
            let Some(first) = &first else {
                most = next.work.most();
                locks = form.locks.clone();
                first = Some(form.carrier());
                return true;
            };
            if taken >= most || ops > MOST_OPS || !form.carrier().is(first) {
                return false;
            }
            let is_alone = locks == Locks::All;
            locks = std::mem::take(&mut locks).and(&form.locks);
            is_alone || locks != Locks::All
        }))
    }

    /// The batches at its head that have been in the queue for at least this long.
    pub(super) fn take_older(self: &Rc<Self>, age: Duration) -> Group<Planned> {
        Group::of(self.take_while(|_, next| next.since.elapsed() >= age))
    }
}

/// Batches that are committed together. Dropped without results it never leaves anybody waiting.
pub(crate) struct Group<W = Lowered> {
    taken: Taken<W, Outcome>,
    flight: Flight,
}

/// How many batches, the first of their group, may have been committed or not.
#[derive(Default)]
pub(crate) struct Flight(Cell<usize>);

impl Flight {
    /// From here on they may be committed.
    pub fn begin(&self, batches: usize) {
        self.0.set(batches);
    }

    /// From here on their outcome is known.
    pub fn end(&self) {
        self.0.set(0);
    }
}

impl<W> Group<W> {
    fn of(taken: Taken<W, Outcome>) -> Self {
        Group {
            taken,
            flight: Flight::default(),
        }
    }

    pub fn batches(&self) -> Vec<&W> {
        self.taken.places.iter().map(|entry| &entry.work).collect()
    }

    /// How many batches it has.
    pub fn len(&self) -> usize {
        self.taken.places.len()
    }

    /// The first ones.
    pub fn first(&self, batches: usize) -> Vec<Rc<Place<W, Outcome>>> {
        let places = self.taken.places.iter().take(batches);
        places.map(Rc::clone).collect()
    }

    /// The state of its commit.
    pub fn flight(&self) -> &Flight {
        &self.flight
    }

    /// From here on all of it may be committed.
    pub fn committing(&mut self) {
        self.flight.begin(self.len());
    }

    /// It certainly wasn't committed: it can be tried again.
    pub fn not_committing(&mut self) {
        self.flight.end();
    }

    /// Gives one batch its result; the others go on.
    pub fn answer(&mut self, position: usize, result: Outcome) {
        self.taken.places.remove(position).answer(result);
    }

    /// Gives the first batches their results; the others go on.
    pub fn answer_first(&mut self, results: Vec<Outcome>) {
        let places = self.taken.places.drain(..results.len());
        for (entry, result) in places.zip(results) {
            entry.answer(result);
        }
    }

    /// Puts the batches from this one on back to the head of the queue.
    pub fn put_back(&mut self, from: usize) {
        self.taken.put_back(from);
    }

    /// Gives each batch its result.
    pub fn deliver(mut self, results: Vec<Outcome>) {
        for (entry, result) in self.taken.places.drain(..).zip(results) {
            entry.answer(result);
        }
    }

    /// Gives every batch this error.
    pub fn fail(mut self, error: &StoreError) {
        for entry in self.taken.places.drain(..) {
            entry.answer(Err(error.clone()));
        }
    }
}

impl<W> Drop for Group<W> {
    fn drop(&mut self) {
        // The leader's future was dropped in the middle. Batches that weren't being committed can simply go again.
        let flying = self.flight.0.get().min(self.len());
        for entry in self.taken.places.drain(..flying) {
            let why = "it is not known whether the commit took place".to_owned();
            entry.answer(Err(StoreError::Unavailable(why)));
        }
    }
}
