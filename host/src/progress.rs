//! Progress of the compiling of components: the first time it takes a while, and a start that says nothing looks as if
//! it hung.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// Id of a component, its compiled form or the error, and how long that took.
pub type Outcome<C> = (String, anyhow::Result<C>, Duration);

/// The silence at the beginning: components from the cache are ready by then.
const QUIET: Duration = Duration::from_millis(500);

/// Takes the outcomes of all components. When they don't come at once, each is told on the standard error.
pub fn follow<C>(results: &Receiver<Outcome<C>>, all: usize) -> Vec<Outcome<C>> {
    let mut outcomes = Vec::new();
    let mut telling = false;
    while outcomes.len() < all {
        let wait = if telling { Duration::MAX } else { QUIET };
        match results.recv_timeout(wait) {
            Ok(outcome) => {
                outcomes.push(outcome);
                if telling {
                    tell(&outcomes, all);
                }
            }
            Err(RecvTimeoutError::Timeout) => {
                telling = true;
                let left = all - outcomes.len();
                eprintln!(
                    "compiling {left} of {all} components for this machine; the next start finds them ready"
                );
            }
            // A compiler panicked.
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    outcomes
}

fn tell<C>(outcomes: &[Outcome<C>], all: usize) {
    if let Some((id, result, took)) = outcomes.last() {
        let outcome = if result.is_ok() {
            "compiled"
        } else {
            "could not compile"
        };
        let (done, seconds) = (outcomes.len(), took.as_secs_f64());
        eprintln!("{outcome} {id} in {seconds:.1} s ({done} of {all})");
    }
}
