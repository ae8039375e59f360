//! Bodies that come slowly, or not at all, or too many at once: their clients are refused, and others are answered.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use whisper_testkit::{TestApp, Value, json};

/// Bytes of a body that is as large as the host makes room for at once.
const LARGEST: usize = 16 << 20;
/// How many of those fill all of its room.
const ALL: usize = 8;
/// How long a refusal may take that waits for nothing: milliseconds, on a machine with other work.
pub const AT_ONCE: Duration = Duration::from_millis(500);

fn misbehaving(arguments: &[&str]) -> Option<TestApp> {
    let mut builder = TestApp::own().manifest("tests/misbehaving/spin.toml");
    for argument in arguments {
        builder = builder.argument(argument);
    }
    builder.start()
}

/// Sends the head of a POST and the beginning of its body.
fn begin(app: &TestApp, path: &str, length: usize, sent: &[u8]) -> TcpStream {
    begin_with(app, path, length, "", sent)
}

/// As [`begin`], with more lines in the head.
fn begin_with(app: &TestApp, path: &str, length: usize, lines: &str, sent: &[u8]) -> TcpStream {
    let address = app.base().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{lines}\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(sent).unwrap();
    stream
}

/// The first line of the next answer, and how long it took; the rest of that answer is read as well.
pub fn next_answer(stream: &mut TcpStream) -> (String, Duration) {
    let (begun, mut head) = (Instant::now(), Vec::new());
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let took = begun.elapsed();
    let head = String::from_utf8(head).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length = length.map_or(0, |length| length.parse().unwrap());
    stream.read_exact(&mut vec![0; length]).unwrap();
    (head.lines().next().unwrap().to_owned(), took)
}

/// The answer, as text, once the host has closed the connection.
pub fn answer(mut stream: TcpStream) -> String {
    let mut all = Vec::new();
    // A connection with a body that wasn't read to its end may be reset after the answer.
    let _ = stream.read_to_end(&mut all);
    String::from_utf8_lossy(&all).into_owned()
}

fn stat(app: &TestApp, name: &str) -> u64 {
    let stats = app.control(&json!({"cmd": "stats"}));
    stats[name].as_u64().unwrap()
}

#[test]
fn a_body_that_stops_is_the_clients_fault() {
    let Some(app) = misbehaving(&["--request-timeout", "2s"]) else {
        return;
    };
    let slow = begin(&app, "/echo", 100, b"half");
    let answer = answer(slow);
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    let problem = answer.split_once("\r\n\r\n").unwrap().1;
    let problem: Value = serde_json::from_str(problem).unwrap();
    assert_eq!(problem["code"], "request_timeout", "{problem}");
    assert_eq!((stat(&app, "timedOut"), stat(&app, "trapped")), (0, 0));
    for fault in ["request_failed", "component_stopped", "component_trapped"] {
        assert!(app.logged(fault).is_empty(), "{fault}");
    }
    // The instance that read it goes on.
    let whole = app.post("/echo").raw("text/plain", b"whole").send();
    assert_eq!(whole.text, "whole");
}

#[test]
fn bodies_that_find_no_room_are_refused_for_a_while_and_small_ones_are_not() {
    let Some(app) = misbehaving(&[]) else { return };
    let stalled: Vec<TcpStream> = (0..ALL)
        .map(|_| begin(&app, "/echo", LARGEST, b"{"))
        .collect();
    let large = vec![b'x'; 300 * 1024];
    let refused = app.eventually(|| {
        let reply = app.post("/echo").raw("text/plain", &large).send();
        (reply.status == 503).then_some(reply)
    });
    assert_eq!(refused.header("retry-after"), Some("1"));
    refused.expect_problem(503, "unavailable");
    let small = app.post("/echo").raw("text/plain", b"small").send();
    assert_eq!(small.text, "small");
    drop(stalled);
    app.eventually(|| {
        let reply = app.post("/echo").raw("text/plain", &large).send();
        (reply.text.len() == large.len()).then_some(())
    });
}

#[test]
fn sixteen_of_the_largest_bodies_at_once_stop_no_component() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let message = "x".repeat(8 * 1000 * 1000);
    let body = json!({"errors": [{"errorType": "large", "errorMessage": message}]});
    let body = body.to_string();
    thread::scope(|scope| {
        let send = || {
            let call = ann.call(&app, "POST", "/v1/errors/batch");
            // Where no room is left the connection may be closed before all of it was sent.
            let reply = call.raw("application/json", body.as_bytes()).try_send();
            reply.map_or(503, |reply| reply.status)
        };
        let all: Vec<_> = (0..16).map(|_| scope.spawn(send)).collect();
        for one in all {
            let status = one.join().unwrap();
            assert!([413, 422, 503].contains(&status), "{status}");
        }
    });
    let one = json!({"errorType": "small", "errorMessage": "It broke"});
    ann.post(&app, "/v1/errors", &one).expect(201);
}

#[test]
fn nobody_waits_for_the_body_of_somebody_without_a_token() {
    let app = TestApp::start();
    app.get("/v1/conversations").send().expect(401);
    let mut unknown = begin(&app, "/v1/conversations", 100_000, b"{");
    let (answer, took) = next_answer(&mut unknown);
    assert_eq!(answer, "HTTP/1.1 401 Unauthorized");
    assert!(took < AT_ONCE, "{took:?}");
    // The rest may still come, and the connection is good for the next request.
    unknown.write_all(&[b'x'; 99_999]).unwrap();
    let address = app.base().trim_start_matches("http://");
    let next = format!("GET /health HTTP/1.1\r\nhost: {address}\r\n\r\n");
    unknown.write_all(next.as_bytes()).unwrap();
    assert_eq!(next_answer(&mut unknown).0, "HTTP/1.1 200 OK");
}

#[test]
fn a_body_is_asked_for_once_the_token_is_known_to_be_good() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let one = json!({"errorType": "small", "errorMessage": "It broke"}).to_string();
    let begin = |token: &str, length: usize| {
        let lines = format!("authorization: Bearer {token}\r\nexpect: 100-continue\r\n");
        begin_with(&app, "/v1/errors", length, &lines, b"")
    };
    let mut good = begin(&ann.token, one.len());
    assert_eq!(next_answer(&mut good).0, "HTTP/1.1 100 Continue");
    good.write_all(one.as_bytes()).unwrap();
    assert_eq!(next_answer(&mut good).0, "HTTP/1.1 201 Created");
    for (token, length, refusal) in [
        ("none.of.ours", one.len(), "HTTP/1.1 401 Unauthorized"),
        (&ann.token, 9_000_000, "HTTP/1.1 413 Payload Too Large"),
    ] {
        let mut refused = begin(token, length);
        let (answer, took) = next_answer(&mut refused);
        assert_eq!(answer, refusal);
        assert!(took < AT_ONCE, "{took:?}");
    }
}
