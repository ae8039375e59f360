//! State for pushing that the requests of an instance share.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::web_push::transport::Transport;
use crate::web_push::vapid::Vapid;

/// How many senders of an instance are at work at once. Leases keep them, and other instances' workers, apart.
const AT_WORK: u32 = 4;

/// State for pushing that the requests of an instance share.
pub struct Worker {
    /// The server's key, and tokens made with it.
    pub vapid: Vapid,
    /// How requests leave.
    pub transport: Transport,
    /// The sender whose turn it is to be handed on.
    pub turns: Turns,
    /// The workers that send.
    pub senders: Senders,
}

/// Whose messages an instance hands on next: the senders of messages take turns.
#[derive(Default)]
pub struct Turns {
    /// The sender who had the last turn.
    last: RefCell<String>,
    /// Whether a request of the instance is handing messages on.
    is_taken: Cell<bool>,
}

/// The right to hand on; given back when dropped, also with the work.
pub struct HandingOn<'a>(&'a Turns);

impl Turns {
    /// None while another request of the instance is at it.
    pub fn take(&self) -> Option<HandingOn<'_>> {
        (!self.is_taken.replace(true)).then(|| HandingOn(self))
    }

    /// The one who had the last turn.
    pub fn last(&self) -> String {
        self.last.borrow().clone()
    }

    /// Notes the sender who had a turn.
    pub fn had(&self, sender: &str) {
        self.last.replace(sender.to_owned());
    }
}

impl Drop for HandingOn<'_> {
    fn drop(&mut self) {
        self.0.is_taken.set(false);
    }
}

/// The senders of an instance.
#[derive(Default)]
pub struct Senders {
    /// Whether one is called that has not begun.
    called: Cell<bool>,
    at_work: Cell<u32>,
    /// Whether somebody came when all were at work.
    again: Cell<bool>,
    /// Whether one is to begin when a push is due.
    waiting: Cell<bool>,
}

impl Senders {
    /// Whether another one is to begin; if all are at work, one of these looks again before it ends.
    pub fn call(&self) -> bool {
        if self.at_work.get() >= AT_WORK {
            self.again.set(true);
            return false;
        }
        !self.called.replace(true)
    }

    /// Whether somebody came, since this was asked last, when all were at work.
    pub fn take_again(&self) -> bool {
        self.again.take()
    }
}

/// The wait of an instance for a push to be due, until dropped.
pub struct Waiting(Rc<Worker>);

impl Waiting {
    /// None while there is one.
    pub fn begin(worker: &Rc<Worker>) -> Option<Self> {
        let is_waiting = worker.senders.waiting.replace(true);
        (!is_waiting).then(|| Self(Rc::clone(worker)))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.senders.waiting.set(false);
    }
}

/// A sender at work, until dropped.
pub struct AtWork(Rc<Worker>);

impl AtWork {
    /// The one that was called begins.
    pub fn begin(worker: &Rc<Worker>) -> Self {
        let senders = &worker.senders;
        senders.called.set(false);
        senders.at_work.set(senders.at_work.get() + 1);
        Self(Rc::clone(worker))
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        let at_work = &self.0.senders.at_work;
        at_work.set(at_work.get().saturating_sub(1));
    }
}
