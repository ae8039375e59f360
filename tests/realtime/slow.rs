//! A stream whose reader doesn't read is cut, and delays no other stream.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use whisper_testkit::{TestApp, Value};

use super::{group, say, says};

/// Characters of a long message.
const LONG: usize = 10_000;
/// Messages that are more than the stream, the host and the system's buffers keep for a reader.
const MANY: usize = 3_000;
/// Messages that are sent before the others have heard them: a stream keeps 1 MiB.
const AHEAD: usize = 40;

#[test]
fn a_reader_that_does_not_read_is_cut_and_goes_on_from_its_place() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let [ann, bob, cat] = ["ann", "bob", "cat"].map(|name| app.person(name));
    let place = group(&app, &ann, &[&bob, &cat]);
    let mut quick = cat.listen(&app);
    quick.wait_for("stream.ready");
    let address = app.base().strip_prefix("http://").unwrap();
    let mut slow = TcpStream::connect(address).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    write!(
        slow,
        "GET /v1/realtime HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n\r\n",
        bob.token
    )
    .unwrap();
    let mut reader = BufReader::new(slow);
    let mut head = String::new();
    while !head.ends_with("\n\r\n") {
        assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
    }
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let long = "x".repeat(LONG);
    // No more wait for the one who reads than its stream keeps for it.
    let (sent, unheard) = std::sync::mpsc::sync_channel(AHEAD);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let (app, ann, place, long, sent) = (&app, &ann, &place, &long, sent.clone());
            scope.spawn(move || {
                for _ in 0..MANY / 4 {
                    say(app, ann, place, long);
                    sent.send(()).unwrap();
                }
            });
        }
        // The others hear of all of it in the meantime.
        let mut heard = 0;
        while heard < MANY {
            quick.wait_for("message.created");
            unheard.recv().unwrap();
            heard += 1;
        }
    });
    // The rest of the cut stream is what the buffers held: it breaks off.
    let mut rest = Vec::new();
    let _ = reader.read_to_end(&mut rest);
    let rest = String::from_utf8_lossy(&rest);
    assert!(rest.len() < MANY * LONG, "{} bytes", rest.len());
    assert!(!rest.contains("event: stream.ended"));
    let whole = rest.rsplit_once("\n\n").unwrap().0;
    let last = whole
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("id: "));
    let mut again = bob.listen_from(&app, last);
    // More than 500 events were missed, so it begins anew.
    let first = again.next_event().unwrap();
    assert!(["stream.ready", "stream.reset"].contains(&first["type"].as_str().unwrap()));
    again.wait_for("stream.reset");
    say(&app, &ann, &place, "last");
    let is_last = says("last");
    again.wait_until(|event: &Value| is_last(event));
}
