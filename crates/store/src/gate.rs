//! Waiting for a turn, between the requests of one thread.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

/// Lets a limited number in at a time.
///
/// All who wait are woken when somebody leaves: they are few (16 requests share an instance), and
/// nobody can be forgotten, whatever future is dropped when.
pub(crate) struct Gate {
    free: Cell<usize>,
    waiting: RefCell<Vec<(u64, Waker)>>,
    next: Cell<u64>,
}

/// The right to be inside; leaves when dropped.
pub(crate) struct Pass(Rc<Gate>);

/// A place in the queue before a gate.
struct Place<'a> {
    gate: &'a Gate,
    number: u64,
}

impl Gate {
    pub fn new(places: usize) -> Rc<Gate> {
        Rc::new(Gate {
            free: Cell::new(places),
            waiting: RefCell::default(),
            next: Cell::new(0),
        })
    }

    /// Waits for a place inside.
    pub async fn enter(self: &Rc<Self>) -> Pass {
        match self.enter_unless(|| None::<Infallible>).await {
            Ok(pass) => pass,
            Err(never) => match never {},
        }
    }

    /// Waits for a place inside, or until `done` gives something. It is asked whenever somebody
    /// leaves.
    pub async fn enter_unless<T>(
        self: &Rc<Self>,
        mut done: impl FnMut() -> Option<T>,
    ) -> Result<Pass, T> {
        let number = self.next.get();
        self.next.set(number + 1);
        let place = Place { gate: self, number };
        poll_fn(|context| {
            if let Some(result) = done() {
                return Poll::Ready(Err(result));
            }
            if self.free.get() > 0 {
                self.free.set(self.free.get() - 1);
                return Poll::Ready(Ok(Pass(self.clone())));
            }
            place.wait(context.waker());
            Poll::Pending
        })
        .await
    }
}

impl Place<'_> {
    fn wait(&self, waker: &Waker) {
        let mut waiting = self.gate.waiting.borrow_mut();
        match waiting
            .iter_mut()
            .find(|(number, _)| *number == self.number)
        {
            Some((_, known)) => known.clone_from(waker),
            None => waiting.push((self.number, waker.clone())),
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        // A waker must not outlive its task: waking an ended one ends the whole Wasm instance.
        self.gate
            .waiting
            .borrow_mut()
            .retain(|(number, _)| *number != self.number);
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.0.free.set(self.0.free.get() + 1);
        // They queue again, in the same order, when they are polled. Woken without the borrow:
        // a waker may poll at once.
        let woken = self.0.waiting.take();
        for (_, waker) in woken {
            waker.wake();
        }
    }
}
