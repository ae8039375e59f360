//! The thread that a connection's statements run on.
//!
//! Handing a statement to a thread that waits for it costs less than handing it to tokio's pool
//! of blocking threads: about a tenth of the processor time of a request with one SELECT by key
//! (running it on the thread that serves the request saved no more, and would block others). A
//! thread of its own costs more than it saves for a connection that is opened for one request,
//! so it is made when a connection stays.

use std::sync::{Mutex, mpsc};

/// Statements on the pool before a connection gets a thread.
const WARM_UP: u32 = 8;

type Job = Box<dyn FnOnce() + Send>;

/// The queue of one connection's jobs.
#[derive(Default)]
pub(super) struct Lane(Mutex<State>);

#[derive(Default)]
struct State {
    jobs: u32,
    thread: Option<mpsc::Sender<Job>>,
}

impl Lane {
    /// Runs a job after those before it, off the threads that serve requests.
    pub(super) fn run(&self, job: impl FnOnce() + Send + 'static) {
        let mut state = self
            .0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        state.jobs = state.jobs.saturating_add(1);
        if state.jobs > WARM_UP && state.thread.is_none() {
            state.thread = start();
        }
        match &state.thread {
            Some(thread) => {
                if let Err(mpsc::SendError(job)) = thread.send(Box::new(job)) {
                    tokio::task::spawn_blocking(job);
                }
            }
            None => drop(tokio::task::spawn_blocking(job)),
        }
    }
}

/// A thread that ends with its lane; None when the system has no more of them.
fn start() -> Option<mpsc::Sender<Job>> {
    let (sender, receiver) = mpsc::channel::<Job>();
    let work = move || receiver.into_iter().for_each(|job| job());
    std::thread::Builder::new()
        .name("sqlite".into())
        .spawn(work)
        .ok()
        .map(|_| sender)
}
