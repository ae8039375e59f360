//! State for calling webhooks that the requests of an instance share.

use std::cell::Cell;
use std::ops::Deref;
use std::rc::Rc;

use whisper_kit::outbound::Transport;

/// State for calling webhooks that the requests of an instance share.
pub struct Worker {
    /// How requests leave.
    pub transport: Transport,
    /// Whether a sender of the instance is at work, or called. Others' are kept apart by leases.
    is_busy: Cell<bool>,
    /// Whether somebody came while it was at work.
    again: Cell<bool>,
}

impl Worker {
    /// With this way out.
    pub fn new(transport: Transport) -> Self {
        Self {
            transport,
            is_busy: Cell::new(false),
            again: Cell::new(false),
        }
    }

    /// The right to send, until it is dropped; none while another of the instance has it: that one looks again before it
    /// ends.
    pub fn begin(worker: &Rc<Worker>) -> Option<AtWork> {
        if worker.is_busy.replace(true) {
            worker.again.set(true);
            return None;
        }
        Some(AtWork(Rc::clone(worker)))
    }

    /// Whether somebody came since this was asked last.
    pub fn take_again(&self) -> bool {
        self.again.take()
    }
}

/// A sender at work, until dropped, also with its request.
pub struct AtWork(Rc<Worker>);

impl Deref for AtWork {
    type Target = Worker;

    fn deref(&self) -> &Worker {
        &self.0
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.is_busy.set(false);
    }
}
