//! Waiting for a turn, between the requests of one thread.

use std::cell::Cell;
use std::convert::Infallible;
use std::rc::Rc;

use crate::bell::Bell;

/// Lets a limited number in at a time.
///
/// All waiting tasks are woken when one leaves, so that none is forgotten when a future is dropped. Few tasks wait
/// here: reads and commits wait in a [`Line`](crate::line::Line), and only their leaders come to a gate.
pub(crate) struct Gate {
    free: Cell<usize>,
    left: Bell,
}

/// The right to be inside; leaves when dropped.
pub(crate) struct Pass(Rc<Gate>);

impl Gate {
    pub fn new(places: usize) -> Rc<Gate> {
        Rc::new(Gate {
            free: Cell::new(places),
            left: Bell::default(),
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
        loop {
            if let Some(result) = done() {
                return Err(result);
            }
            if self.free.get() > 0 {
                self.free.set(self.free.get() - 1);
                return Ok(Pass(self.clone()));
            }
            self.left.wait().await;
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.0.free.set(self.0.free.get() + 1);
        self.0.left.ring();
    }
}
