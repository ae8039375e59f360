//! A server that stops: streams and polls end with a word, also where many were opened at the same time.

use std::sync::Mutex;
use std::thread;

use whisper_testkit::{Events, Person, Reply, TestApp, json};

const PEOPLE: usize = 12;
/// As many as a user may have.
const STREAMS: usize = 10;
/// More than an instance of another component takes at once.
const POLLS: usize = 24;

/// How many requests wait for their answer.
fn waiting(app: &TestApp) -> Option<u64> {
    app.control(&json!({"cmd": "stats"}))["inFlight"].as_u64()
}

/// Polls that wait, of users who each have some.
fn polls(app: &TestApp, people: &[Person]) -> Vec<thread::JoinHandle<Reply>> {
    // Points for signing in would end a poll.
    for person in people {
        let points = || person.get(app, "/v1/me/progress").expect(200)["xp"].as_u64();
        app.eventually(|| points().filter(|points| *points > 0));
    }
    let calls = people.iter().cycle().take(POLLS).map(|person| {
        let begun = person.get(app, "/v1/realtime/poll").expect(200);
        let next = begun["next"].as_str().unwrap();
        let path = format!("/v1/realtime/poll?wait=25&after={next}");
        person.call(app, "GET", &path)
    });
    // All places first, so that the first poll still waits when the last one begins.
    let calls: Vec<_> = calls.collect();
    let polls = calls.into_iter();
    polls
        .map(|call| thread::spawn(move || call.send()))
        .collect()
}

/// All streams of all users, opened at the same time.
fn streams(app: &TestApp, people: &[Person]) -> Vec<Events> {
    let streams = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for person in people.iter().cycle().take(PEOPLE * STREAMS) {
            let streams = &streams;
            scope.spawn(move || {
                let mut stream = person.listen(app);
                stream.wait_for("stream.ready");
                streams.lock().unwrap().push(stream);
            });
        }
    });
    streams.into_inner().unwrap()
}

#[test]
fn all_streams_and_polls_end_with_a_word() {
    let Some(mut app) = TestApp::own().start() else {
        return;
    };
    let people: Vec<Person> = (0..PEOPLE).map(|_| app.person("ann")).collect();
    let polls = polls(&app, &people);
    app.eventually(|| (waiting(&app) >= Some(POLLS as u64)).then_some(()));
    let streams = streams(&app, &people);
    assert!(app.stop());
    assert_eq!(app.logged("stopped")[0]["finished"], true);
    let ends = streams.into_iter().map(|mut stream| {
        let last = stream.ends().pop().unwrap_or_default();
        last["type"] == "stream.ended" && last["reason"] == "stopping"
    });
    let told = ends.filter(|is_told| *is_told).count();
    assert_eq!(told, PEOPLE * STREAMS);
    for poll in polls {
        let answer = poll.join().unwrap().expect(200);
        assert_eq!(
            (&answer["events"], &answer["isReset"]),
            (&json!([]), &json!(false))
        );
        assert!(answer["next"].is_string());
    }
}
