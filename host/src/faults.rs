//! Components that stopped, or took too long.

use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Faults that may wait to be told. Any beyond them stand in the log alone.
const WAITING: usize = 100;

/// A component that stopped, or took too long.
#[derive(Debug)]
pub struct Fault {
    /// Its id.
    pub component: String,
    /// Its kind: `component_trapped`, or `component_timeout`.
    pub kind: &'static str,
    /// The reason, as the runtime tells it.
    pub reason: String,
    /// The requests that were answered in its place; none if it stopped after its answers.
    pub request_ids: Vec<String>,
}

/// Takes faults, from any thread.
#[derive(Clone, Debug)]
pub struct Faults(Sender<Fault>);

impl Faults {
    /// A place for faults, and the stream that they come out of.
    pub fn new() -> (Self, Receiver<Fault>) {
        let (sender, receiver) = channel(WAITING);
        (Self(sender), receiver)
    }

    /// Takes a fault.
    pub fn tell(&self, fault: Fault) {
        // Full, or the host is stopping.
        let _ = self.0.try_send(fault);
    }
}
