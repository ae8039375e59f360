//! Bodies that a component takes in pieces: large ones in little memory, slow ones as long as they go on.

use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use whisper_testkit::{TestApp, Value, json};

use super::bodies::{answer, next_answer};

const MIB: usize = 1 << 20;
/// How long a request may take until its answer begins, and the time of a portion of 128 KiB, four fifths of it.
const TIMEOUT: &str = "2s";
const PORTION_TIME: Duration = Duration::from_millis(1600);

fn uploading(arguments: &[&str]) -> Option<TestApp> {
    let mut builder = TestApp::own().manifest("tests/uploading/spin.toml");
    for argument in arguments {
        builder = builder.argument(argument);
    }
    builder.start()
}

/// Sends the head of a PUT, after whose answer the connection is closed, and the beginning of its body.
fn begin(app: &TestApp, path: &str, length: usize, sent: &[u8]) -> TcpStream {
    let address = app.base().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "PUT {path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(sent).unwrap();
    stream
}

/// Sends a body piece by piece, the next one when there was no answer for so long. Gives the answer.
fn send_slowly(app: &TestApp, path: &str, piece: &[u8], pieces: usize, pause: Duration) -> String {
    let mut stream = begin(app, path, piece.len() * pieces, b"");
    stream.set_read_timeout(Some(pause)).unwrap();
    for _ in 0..pieces {
        let sent = stream.write_all(piece);
        let waits = |error: std::io::Error| {
            matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
        };
        let is_unanswered = stream.peek(&mut [0]).is_err_and(waits);
        if sent.is_err() || !is_unanswered {
            break;
        }
    }
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    answer(stream)
}

/// The log line of the component on a body.
fn taken(app: &TestApp, id: &str) -> Value {
    app.eventually(|| {
        let lines = app.logged("guest").into_iter();
        lines
            .map(|line| line["entry"].clone())
            .find(|entry| entry["event"] == "taken" && entry["id"] == id)
    })
}

#[test]
fn a_body_larger_than_the_components_memory_goes_through() {
    let Some(app) = uploading(&["--memory-limit", "16"]) else {
        return;
    };
    let body: Vec<u8> = (0..20 * MIB).map(|n| (n % 251) as u8).collect();
    let call = app.call("PUT", "/uploads/large");
    let told = call
        .raw("application/octet-stream", &body)
        .send()
        .expect(200);
    assert_eq!(told["bytes"], body.len());
    assert!(told["largest"].as_u64().unwrap() <= 64 * 1024, "{told}");
    let digits = Sha256::digest(&body);
    let digits: String = digits.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(told["sha256"], digits);
}

#[test]
fn a_body_that_is_refused_is_not_waited_for() {
    let Some(app) = uploading(&[]) else { return };
    app.call("PUT", "/uploads/a").send().expect(200);
    for (path, length, status) in [
        ("/uploads/a?refuse", 20 * MIB, "403 Forbidden"),
        ("/uploads/a", 65 * MIB, "413 Payload Too Large"),
    ] {
        let mut stream = begin(&app, path, length, b"the beginning");
        // The rest never comes, so an answer is one that didn't wait for it.
        let (answer, _) = next_answer(&mut stream);
        assert_eq!(answer, format!("HTTP/1.1 {status}"));
    }
}

#[test]
fn a_body_that_breaks_off_is_told_from_one_that_ends() {
    let Some(app) = uploading(&[]) else { return };
    drop(begin(&app, "/uploads/broken", MIB, &[b'x'; 100_000]));
    let entry = taken(&app, "broken");
    assert_eq!(entry["outcome"], "incomplete_body", "{entry}");
    assert_eq!(entry["bytes"], 100_000, "{entry}");
    let whole = begin(&app, "/uploads/whole", 4, b"here");
    assert!(answer(whole).starts_with("HTTP/1.1 200 "));
    assert_eq!(taken(&app, "whole")["outcome"], "whole");
}

#[test]
fn a_trickle_is_cut() {
    let Some(app) = uploading(&["--request-timeout", TIMEOUT]) else {
        return;
    };
    let begun = Instant::now();
    let answer = send_slowly(
        &app,
        "/uploads/trickle",
        b"x",
        2000,
        Duration::from_millis(50),
    );
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(begun.elapsed() >= PORTION_TIME);
    let problem = answer.split_once("\r\n\r\n").unwrap().1;
    let problem: Value = serde_json::from_str(problem).unwrap();
    assert_eq!(problem["code"], "request_timeout", "{problem}");
    // The component hears of it too, and keeps what came.
    let entry = taken(&app, "trickle");
    assert_eq!(entry["outcome"], "incomplete_body", "{entry}");
    assert!(entry["bytes"].as_u64().unwrap() > 0, "{entry}");
    let stats = app.control(&json!({"cmd": "stats"}));
    assert_eq!(
        (&stats["timedOut"], &stats["trapped"]),
        (&json!(0), &json!(0))
    );
}

#[test]
fn a_slow_body_that_goes_on_has_all_the_time_it_needs() {
    let Some(app) = uploading(&["--request-timeout", TIMEOUT]) else {
        return;
    };
    let (piece, pause) = ([b'x'; 64 * 1024], Duration::from_millis(150));
    let begun = Instant::now();
    let slow = send_slowly(&app, "/uploads/slow", &piece, 20, pause);
    assert!(slow.starts_with("HTTP/1.1 200 "), "{slow}");
    assert!(begun.elapsed() > Duration::from_secs(2));
    // Not where the component doesn't say that it takes such bodies.
    let short = send_slowly(&app, "/short/slow", &piece, 20, pause);
    assert!(short.starts_with("HTTP/1.1 408 "), "{short}");
}
