//! The host's log: for people, or one JSON object a line.
//!
//! Lines are written by a thread of their own, so that a slow reader of the log never holds up
//! a request. No query strings, tokens, bodies or keys are ever passed to it.

use std::io::{BufWriter, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

/// Lines that may wait to be written; more are dropped and counted.
const WAITING: usize = 65_536;

/// How long a first line waits for others, so that the thread isn't woken for each request.
const GATHER: Duration = Duration::from_millis(5);

static LOG: OnceLock<Log> = OnceLock::new();

struct Log {
    json: bool,
    sender: SyncSender<Message>,
    dropped: AtomicU64,
}

enum Message {
    Line(String),
    Flush(SyncSender<()>),
}

/// Starts the log. Before that, and in commands that don't, nothing is written.
pub fn start(json: bool) {
    let (sender, receiver) = sync_channel(WAITING);
    if LOG
        .set(Log {
            json,
            sender,
            dropped: AtomicU64::new(0),
        })
        .is_ok()
    {
        std::thread::Builder::new()
            .name("log".into())
            .spawn(move || write(&receiver))
            .ok();
    }
}

/// Writes an event with its fields: as JSON, or for people as `text` behind the time.
pub fn event(name: &str, fields: Value, text: impl FnOnce() -> String) {
    write_event(name, fields, || format!("{} {}", time(), text()));
}

/// Writes an event whose text is more than a line, without the time.
pub fn announce(name: &str, fields: Value, text: impl FnOnce() -> String) {
    write_event(name, fields, text);
}

fn write_event(name: &str, fields: Value, text: impl FnOnce() -> String) {
    let Some(log) = LOG.get() else { return };
    let line = match log.json {
        true => json_line(name, fields),
        false => text(),
    };
    if let Err(TrySendError::Full(_)) = log.sender.try_send(Message::Line(line)) {
        log.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

/// Writes a message that an operator should look at.
pub fn warning(message: &str) {
    event("warning", serde_json::json!({ "message": message }), || {
        format!("warning: {message}")
    });
}

/// Waits until everything logged so far is written.
pub fn flush() {
    let Some(log) = LOG.get() else { return };
    let (done, wait) = sync_channel(1);
    if log.sender.send(Message::Flush(done)).is_ok() {
        let _ = wait.recv_timeout(Duration::from_secs(2));
    }
}

/// The log's own time is the system's, not the guests' clock's.
fn time() -> String {
    #[allow(clippy::disallowed_methods)]
    let time = Timestamp::now();
    format!("{time:.3}")
}

fn json_line(name: &str, fields: Value) -> String {
    let mut object = Map::new();
    object.insert("event".into(), name.into());
    object.insert("time".into(), time().into());
    if let Value::Object(fields) = fields {
        object.extend(fields);
    }
    Value::Object(object).to_string()
}

fn write(receiver: &Receiver<Message>) {
    let mut out = BufWriter::new(std::io::stdout());
    loop {
        let message = match receiver.try_recv() {
            Ok(message) => message,
            // Nothing waits: the lines written so far go out before the next wait.
            Err(_) => {
                let _ = out.flush();
                match receiver.recv_timeout(Duration::from_secs(60)) {
                    Ok(message @ Message::Line(_)) => {
                        std::thread::sleep(GATHER);
                        message
                    }
                    Ok(message) => message,
                    Err(RecvTimeoutError::Timeout) => continue,
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        };
        match message {
            Message::Line(line) => drop(writeln!(out, "{line}")),
            Message::Flush(done) => {
                if let Some(n) = LOG.get().map(|log| log.dropped.swap(0, Ordering::Relaxed))
                    && n > 0
                {
                    eprintln!("warning: {n} lines of the log were dropped");
                }
                let _ = out.flush();
                let _ = done.send(());
            }
        }
    }
}
