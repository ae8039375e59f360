//! Calls of an instance to other components after it has answered, by service chaining: that something was committed
//! ([`crate::reaction`]), and the faults.

use std::cell::{Cell, RefCell};
#[cfg(target_family = "wasm")]
use std::collections::BTreeMap;
use std::pin::Pin;
#[cfg(target_family = "wasm")]
use std::time::Instant;

use serde_json::{Value, json};

/// Variable with the components that are woken after a commit, separated by commas.
pub const CONSUMERS: &str = "event_consumers";
/// Variable with the component whose streams are woken after a commit; empty for none.
pub const STREAMS: &str = "stream_wakes";
/// Variable with the component that faults are reported to; empty for none.
pub const REPORTS: &str = "error_reports";
/// Where it takes them: a private route.
pub const REPORTS_PATH: &str = "/internal/errors/reports";
/// Faults that wait to be reported. Further ones stand in the log alone.
const MOST_FAULTS: usize = 20;

/// A fault of ours: an unexpected answer of 5xx.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Name of the function.
    pub component: &'static str,
    /// Code of the answer.
    pub code: &'static str,
    /// Operation that was asked for.
    pub operation: &'static str,
    /// The cause.
    pub cause: String,
    /// The request's id.
    pub request_id: String,
}

impl Fault {
    /// The body of a report.
    pub fn to_json(&self) -> Value {
        json!({
            "component": self.component,
            "errorType": self.code,
            "errorMessage": self.cause,
            "severity": "error",
            "context": {"operation": self.operation, "requestId": self.request_id},
        })
    }
}

/// Work for after the answer.
pub(crate) type Task = Pin<Box<dyn Future<Output = ()>>>;

/// The calls and the work that wait for the answer to be given.
#[derive(Default)]
pub(crate) struct Signals {
    committed: Cell<bool>,
    faults: RefCell<Vec<Fault>>,
    tasks: RefCell<Vec<Task>>,
    /// The consumers that are being called: whether they have to be called once more.
    #[cfg(target_family = "wasm")]
    pub waking: RefCell<BTreeMap<String, bool>>,
    /// When streams were woken last.
    #[cfg(target_family = "wasm")]
    pub streams_woken: Cell<Option<Instant>>,
}

impl Signals {
    pub fn committed(&self) {
        self.committed.set(true);
    }

    pub fn failed(&self, fault: Fault) {
        let mut faults = self.faults.borrow_mut();
        if faults.len() < MOST_FAULTS {
            faults.push(fault);
        }
    }

    pub fn later(&self, task: Task) {
        self.tasks.borrow_mut().push(task);
    }

    /// The work that has come up since this was asked last.
    #[cfg(any(target_family = "wasm", feature = "testing"))]
    pub fn take_tasks(&self) -> Vec<Task> {
        self.tasks.take()
    }

    /// Whether something was committed since this was asked last.
    #[cfg(any(target_family = "wasm", feature = "testing"))]
    pub fn take_committed(&self) -> bool {
        self.committed.take()
    }

    /// The faults since this was asked last.
    #[cfg(any(target_family = "wasm", feature = "testing"))]
    pub fn take_faults(&self) -> Vec<Fault> {
        self.faults.take()
    }
}
