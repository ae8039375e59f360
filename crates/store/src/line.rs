//! A line of work that one does for all: the one that is called takes along the work that others have brought
//! meanwhile.
//!
//! Each waiting task has a bell of its own, and is woken when its result is there or when it is its turn to lead.
//! Waking all of them whenever one is done costs more than the work does: in a component each wake-up is several trips
//! to the host.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Instant;

use crate::bell::Bell;

/// A line of `W`, each to become an `R`.
pub(crate) struct Line<W, R> {
    waiting: RefCell<VecDeque<Rc<Place<W, R>>>>,
    /// How many more may lead at once.
    free: Cell<usize>,
}

/// A place in the line.
pub(crate) struct Place<W, R> {
    /// The work to do.
    pub work: W,
    /// Since when it has been waiting.
    pub since: Instant,
    result: RefCell<Option<R>>,
    /// Its owner is to lead.
    called: Cell<bool>,
    /// Somebody has taken it out of the line, and is at it.
    taken: Cell<bool>,
    /// The task that waited for the result is gone.
    abandoned: Cell<bool>,
    bell: Bell,
}

/// A place, held by the task that wants its result.
pub(crate) struct Ticket<W, R> {
    line: Rc<Line<W, R>>,
    place: Rc<Place<W, R>>,
}

/// The next step of a waiting task.
pub(crate) enum Turn<W, R> {
    /// Nothing: the work is done.
    Done(R),
    /// The work of all that wait, as long as the right to do so is held.
    Lead(Leader<W, R>),
}

/// The right to do the work of all that wait. The next one is called when it is dropped.
pub(crate) struct Leader<W, R>(Rc<Line<W, R>>);

/// Places taken out of the line. When it is dropped, entries without a result go back to the line's head: no task is
/// left waiting, at any point at which a future is dropped.
pub(crate) struct Taken<W, R> {
    line: Rc<Line<W, R>>,
    /// In the order in which they came.
    pub places: Vec<Rc<Place<W, R>>>,
}

impl<W, R> Line<W, R> {
    /// A line in which so many may lead at once.
    pub fn new(leaders: usize) -> Rc<Self> {
        Rc::new(Line {
            waiting: RefCell::default(),
            free: Cell::new(leaders),
        })
    }

    /// Goes to the end of the line.
    pub fn enter(self: &Rc<Self>, work: W) -> Ticket<W, R> {
        let place = Rc::new(Place {
            work,
            since: Instant::now(),
            result: RefCell::default(),
            called: Cell::new(false),
            taken: Cell::new(false),
            abandoned: Cell::new(false),
            bell: Bell::default(),
        });
        self.waiting.borrow_mut().push_back(Rc::clone(&place));
        Ticket {
            line: Rc::clone(self),
            place,
        }
    }

    /// Takes from the head of the line as long as `wanted` wants the next, given how many it has.
    pub fn take_while(
        self: &Rc<Self>,
        mut wanted: impl FnMut(usize, &Place<W, R>) -> bool,
    ) -> Taken<W, R> {
        let mut waiting = self.waiting.borrow_mut();
        let mut places = Vec::new();
        while waiting
            .front()
            .is_some_and(|next| wanted(places.len(), next))
        {
            places.extend(waiting.pop_front().filter(|place| !place.is_abandoned()));
        }
        drop(waiting);
        self.taken(places)
    }

    /// Takes the first, and others that go with it wherever they stand, at most so many.
    pub fn take_alike(
        self: &Rc<Self>,
        most: impl FnOnce(&W) -> usize,
        alike: impl Fn(&W, &W) -> bool,
    ) -> Taken<W, R> {
        let mut waiting = self.waiting.borrow_mut();
        waiting.retain(|place| !place.is_abandoned());
        let mut places: Vec<_> = waiting.pop_front().into_iter().collect();
        if let Some(first) = places.first().map(Rc::clone) {
            let most = most(&first.work);
            let mut at = 0;
            while places.len() < most && at < waiting.len() {
                match alike(&first.work, &waiting[at].work) {
                    true => places.extend(waiting.remove(at)),
                    false => at += 1,
                }
            }
        }
        drop(waiting);
        self.taken(places)
    }

    fn taken(self: &Rc<Self>, places: Vec<Rc<Place<W, R>>>) -> Taken<W, R> {
        places.iter().for_each(|place| place.taken.set(true));
        Taken {
            line: Rc::clone(self),
            places,
        }
    }

    /// How many wait.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.waiting.borrow().len()
    }

    /// Has the next one lead, or leaves the right to do so to the next that comes.
    fn call(&self) {
        let waiting = self.waiting.borrow();
        let next = waiting
            .iter()
            .find(|place| !place.is_abandoned() && !place.called.get());
        match next {
            Some(next) => {
                next.called.set(true);
                next.bell.ring();
            }
            None => self.free.set(self.free.get() + 1),
        }
    }
}

impl<W, R> Place<W, R> {
    /// Gives its owner the result.
    pub fn answer(&self, result: R) {
        self.result.replace(Some(result));
        self.bell.ring();
    }

    fn is_abandoned(&self) -> bool {
        self.abandoned.get()
    }
}

impl<W, R> Ticket<W, R> {
    /// Waits for the result, or for being called to lead. A leader asks again afterwards.
    pub async fn turn(&self) -> Turn<W, R> {
        let (line, place) = (&self.line, &self.place);
        loop {
            if let Some(result) = place.result.take() {
                return Turn::Done(result);
            }
            let is_called = place.called.take();
            if place.taken.get() {
                // Its own work is taken already, so as a leader it might find no work: the next one is called instead.
                if is_called {
                    line.call();
                }
            } else if is_called {
                return Turn::Lead(Leader(Rc::clone(line)));
            } else if line.free.get() > 0 {
                line.free.set(line.free.get() - 1);
                return Turn::Lead(Leader(Rc::clone(line)));
            }
            place.bell.wait().await;
        }
    }
}

impl<W, R> Drop for Ticket<W, R> {
    fn drop(&mut self) {
        self.place.abandoned.set(true);
        // It was called to lead and is dropped before it did, so the next one is called.
        if self.place.called.take() {
            self.line.call();
        }
    }
}

impl<W, R> Drop for Leader<W, R> {
    fn drop(&mut self) {
        self.0.call();
    }
}

impl<W, R> Taken<W, R> {
    /// Puts those from this one on back to the head of the line.
    pub fn put_back(&mut self, from: usize) {
        let mut waiting = self.line.waiting.borrow_mut();
        for place in self.places.drain(from..).rev() {
            place.taken.set(false);
            waiting.push_front(place);
        }
    }
}

impl<W, R> Drop for Taken<W, R> {
    fn drop(&mut self) {
        self.put_back(0);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use futures::FutureExt as _;
    use futures::executor::block_on;
    use futures::future::join_all;

    use super::{Line, Turn};
    use crate::native::others_first;

    type Numbers = Rc<Line<u32, u32>>;

    /// Doubles a number, alone or with those that wait; notes how many were done together.
    async fn double(line: &Numbers, number: u32, groups: &RefCell<Vec<usize>>) -> u32 {
        let ticket = line.enter(number);
        loop {
            match ticket.turn().await {
                Turn::Done(result) => return result,
                Turn::Lead(_leader) => {
                    let mut taken = line.take_while(|count, _| count < 4);
                    groups.borrow_mut().push(taken.places.len());
                    others_first().await;
                    for place in taken.places.drain(..) {
                        place.answer(place.work * 2);
                    }
                }
            }
        }
    }

    #[test]
    fn one_does_the_work_of_those_who_came_meanwhile() {
        let (line, groups) = (Line::new(1), RefCell::default());
        let all = (0..10).map(|number| double(&line, number, &groups));
        let doubled = block_on(join_all(all));
        assert_eq!(doubled, (0..10).map(|n| n * 2).collect::<Vec<_>>());
        assert_eq!(*groups.borrow(), [1, 4, 4, 1]);
        assert_eq!((line.len(), line.free.get()), (0, 1));
    }

    #[test]
    fn several_may_lead() {
        let (line, groups) = (Line::new(2), RefCell::default());
        let all = (0..10).map(|number| double(&line, number, &groups));
        let doubled = block_on(join_all(all));
        assert_eq!(doubled, (0..10).map(|n| n * 2).collect::<Vec<_>>());
        assert_eq!(groups.borrow().iter().sum::<usize>(), 10);
        assert!(
            !groups.borrow().contains(&0),
            "{groups:?}: nobody leads in vain"
        );
        assert_eq!((line.len(), line.free.get()), (0, 2));
    }

    #[test]
    fn nobody_leads_while_another_is_at_their_work() {
        let line: Numbers = Line::new(2);
        let ticket = line.enter(1);
        let leads = || matches!(ticket.turn().now_or_never(), Some(Turn::Lead(_)));
        assert!(leads());
        let taken = line.take_while(|_, _| true);
        assert!(!leads(), "there is nothing to do");
        drop(taken);
        assert!(leads());
    }

    #[test]
    fn whoever_goes_away_leaves_nobody_waiting() {
        // Dropped while leading, while called to lead, and while waiting.
        for gone in 0..3 {
            let (line, groups) = (Line::new(1), RefCell::default());
            let mut first = Box::pin(double(&line, 1, &groups));
            let mut second = Box::pin(double(&line, 2, &groups));
            let mut third = Box::pin(double(&line, 3, &groups));
            for future in [&mut first, &mut second, &mut third] {
                assert!(future.now_or_never().is_none());
            }
            match gone {
                0 => {
                    drop(first);
                    assert_eq!(block_on(futures::future::join(second, third)), (4, 6));
                }
                1 => {
                    assert_eq!(first.now_or_never(), Some(2));
                    drop(second);
                    assert_eq!(block_on(third), 6);
                }
                _ => {
                    drop(third);
                    assert_eq!(block_on(futures::future::join(first, second)), (2, 4));
                }
            }
            assert_eq!((line.len(), line.free.get()), (0, 1), "{gone}");
        }
    }

    #[test]
    fn those_alike_are_taken_from_wherever_they_stand() {
        let line: Numbers = Line::new(1);
        let _tickets: Vec<_> = [1, 2, 3, 4, 5, 7].map(|n| line.enter(n)).into();
        let numbers = || {
            let taken = line.take_alike(|_| 3, |one, other| one % 2 == other % 2);
            let numbers: Vec<u32> = taken.places.iter().map(|place| place.work).collect();
            // Without results the places would go back to the line.
            taken
                .places
                .iter()
                .for_each(|place| place.abandoned.set(true));
            numbers
        };
        assert_eq!(numbers(), [1, 3, 5]);
        assert_eq!(numbers(), [2, 4]);
        assert_eq!(numbers(), [7]);
        assert!(numbers().is_empty());
    }
}
