//! The host's log, kept.

use std::io::{BufRead, BufReader};
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

/// The log of one process; read all the time, so that the pipe never fills.
pub(crate) struct Log(Arc<Shared>);

#[derive(Default)]
struct Shared {
    lines: Mutex<Lines>,
    more: Condvar,
}

#[derive(Default)]
struct Lines {
    text: String,
    ended: bool,
}

impl Log {
    /// Begins to read a process's output.
    pub(crate) fn of(child: &mut Child) -> Self {
        let stdout = child.stdout.take().expect("a pipe");
        let shared = Arc::new(Shared::default());
        let reader = Arc::clone(&shared);
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                reader.add(|lines| {
                    lines.text.push_str(&line);
                    lines.text.push('\n');
                });
            }
            reader.add(|lines| lines.ended = true);
        });
        Self(shared)
    }

    /// The first event of this name; None when it does not come in time.
    pub(crate) fn wait_for(&self, event: &str, patience: Duration) -> Option<Value> {
        let lines = self.0.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = |lines: &mut Lines| !lines.ended && events(&lines.text, event).is_empty();
        let waited = self.0.more.wait_timeout_while(lines, patience, missing);
        let (lines, _) = waited.unwrap_or_else(PoisonError::into_inner);
        events(&lines.text, event).into_iter().next()
    }

    /// Waits until the process has closed its log.
    pub(crate) fn wait_for_end(&self, patience: Duration) {
        let lines = self.0.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let open = |lines: &mut Lines| !lines.ended;
        let waited = self.0.more.wait_timeout_while(lines, patience, open);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// All that was logged so far.
    pub(crate) fn text(&self) -> String {
        let lines = self.0.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.text.clone()
    }

    /// The events of this name so far.
    pub(crate) fn events(&self, name: &str) -> Vec<Value> {
        events(&self.text(), name)
    }
}

impl Shared {
    fn add(&self, change: impl FnOnce(&mut Lines)) {
        change(&mut self.lines.lock().unwrap_or_else(PoisonError::into_inner));
        self.more.notify_all();
    }
}

fn events(text: &str, name: &str) -> Vec<Value> {
    let entries = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    entries
        .filter(|entry: &Value| entry["event"] == name)
        .collect()
}
