//! The host's control socket: one JSON line asks, one answers.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

/// Sends one command and returns the answer; panics when the host refuses it.
pub(crate) fn ask(socket: &Path, command: &Value) -> Value {
    let mut stream = UnixStream::connect(socket).expect("the control socket");
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .expect("a read timeout");
    writeln!(stream, "{command}").expect("a command sent");
    let mut line = String::new();
    BufReader::new(stream)
        .read_line(&mut line)
        .expect("an answer");
    let answer: Value = serde_json::from_str(&line).expect("an answer in JSON");
    assert_eq!(answer["ok"], true, "{command} was refused: {answer}");
    answer
}
