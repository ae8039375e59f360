//! A stream whose reader doesn't read is cut, and delays no other stream.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use whisper_testkit::{TestApp, Value};

use super::{group, say, says};

/// Characters of a long message.
const LONG: usize = 10_000;
/// Messages that are more than the stream, the host and the system's buffers keep for a reader.
const MANY: usize = 1_500;
/// Messages that are sent before the others have heard them: a stream keeps 1 MiB.
const AHEAD: usize = 40;
/// Messages that somebody missed: fewer than a stream tells again, and together more than the buffers keep.
const MISSED: usize = 400;
/// How long a reader may take for what is written at once. It is no time of the clock that tests move.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn a_reader_that_does_not_read_is_cut_and_goes_on_from_its_place() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let [ann, bob, cat] = ["ann", "bob", "cat"].map(|name| app.person(name));
    let place = group(&app, &ann, &[&bob, &cat]);
    let mut quick = cat.listen(&app);
    quick.wait_for("stream.ready");
    let slow = bob.listen_unread(&app, None);
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
    let mut slow = slow.read();
    let rest = slow.ends();
    assert!(rest.len() < MANY, "{} events", rest.len());
    assert!(rest.iter().all(|event| event["type"] != "stream.ended"));
    let mut again = bob.listen_from(&app, slow.last_id());
    // More than 500 events were missed, so it begins anew.
    again.wait_for("stream.reset");
    say(&app, &ann, &place, "last");
    let is_last = says("last");
    again.wait_until(|event: &Value| is_last(event));
}

/// The number that a message of the test below begins with.
fn number(event: &Value) -> Option<usize> {
    let words = event["message"]["content"].as_str()?;
    words.split_once(' ')?.0.parse().ok()
}

#[test]
fn a_reader_that_takes_nothing_for_half_a_minute_is_cut_and_goes_on_from_its_place() {
    // While one stream of a user opens, another one is refused: so it shows when the first is cut.
    let Some(app) = TestApp::own().variable("streams_per_user", "1").start() else {
        return;
    };
    let [ann, bob] = ["ann", "bob"].map(|name| app.person(name));
    let place = group(&app, &ann, &[&bob]);
    let mut stream = bob.listen(&app);
    say(&app, &ann, &place, "first");
    stream.wait_until(says("first"));
    let here = stream.last_id().map(str::to_owned);
    drop(stream);
    let long = "é".repeat(9_000);
    let mut quick = ann.listen(&app);
    quick.wait_for("stream.ready");
    for n in 0..MISSED {
        say(&app, &ann, &place, &format!("{n} {long}"));
        // When all of them have been told, nothing comes behind what is told again.
        if n % AHEAD == AHEAD - 1 {
            quick.wait_until(|event| number(event) == Some(n));
        }
    }
    let begun = Instant::now();
    let stuck = bob.listen_unread(&app, here.as_deref());
    let bearer = format!("Bearer {}", bob.token);
    let another = || app.stream("", &[("authorization", &bearer)]);
    let refused = another().err().unwrap();
    refused.expect_problem(429, "rate_limited");
    let mut fresh = app.at_last(4 * PATIENCE, || another().ok());
    assert!(begun.elapsed() >= PATIENCE, "after {:?}", begun.elapsed());
    fresh.wait_for("stream.ready");

    // It breaks off, without a word. What was missed is told again from the last place that came.
    let mut stuck = stuck.read();
    let mut heard = stuck.ends();
    assert!(heard.iter().filter_map(number).count() < MISSED);
    assert!(heard.iter().all(|event| event["type"] != "stream.ended"));
    // The other one may not be among the others yet.
    let place = stuck.last_id().unwrap();
    let headers = [("authorization", &*bearer), ("last-event-id", place)];
    let mut again = app.eventually(|| app.stream("", &headers).ok());
    heard.extend(again.until(|event| number(event) == Some(MISSED - 1)));
    assert!(heard.iter().all(|event| event["type"] != "stream.reset"));
    let mut ids = BTreeSet::new();
    heard.retain(|event| ids.insert(event["id"].to_string()));
    let numbers: Vec<usize> = heard.iter().filter_map(number).collect();
    assert_eq!(numbers, (0..MISSED).collect::<Vec<_>>());
}
