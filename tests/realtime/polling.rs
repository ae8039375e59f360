//! The same events as a long poll.

use whisper_testkit::{Person, TestApp, Value, json};

use super::{group, say};

pub fn poll(app: &TestApp, who: &Person, query: &str) -> Value {
    who.get(app, &format!("/v1/realtime/poll{query}"))
        .expect(200)
}

pub fn next(of: &Value) -> String {
    of["next"].as_str().unwrap().to_owned()
}

#[test]
fn a_poll_waits_for_the_next_event_and_goes_on_behind_it() {
    let app = TestApp::start();
    let [ann, bob] = ["ann", "bob"].map(|name| app.person(name));
    let place = group(&app, &ann, &[&bob]);
    let begun = poll(&app, &bob, "");
    assert_eq!(
        (&begun["events"], &begun["isReset"]),
        (&json!([]), &json!(false))
    );
    let (mut heard, mut here) = (Vec::new(), next(&begun));
    std::thread::scope(|scope| {
        let (app, ann, place) = (&app, &ann, &place);
        scope.spawn(move || say(app, ann, place, "hello"));
        // Points of one's own may come first.
        while heard.is_empty() {
            let polled = poll(app, &bob, &format!("?wait=25&after={here}"));
            (heard, here) = (messages(&polled), next(&polled));
        }
    });
    let words: Vec<&Value> = heard.iter().map(|e| &e["message"]["content"]).collect();
    assert_eq!(words, [&json!("hello")]);
    let nothing = poll(&app, &bob, &format!("?after={here}"));
    assert_eq!(messages(&nothing), Vec::<Value>::new());
    // The same events again, with the same places, to somebody who asks again.
    let again = poll(&app, &bob, &format!("?after={}", next(&begun)));
    assert_eq!(messages(&again), heard);
}

/// The new messages among the events of a poll.
fn messages(of: &Value) -> Vec<Value> {
    let events = of["events"].as_array().unwrap().iter();
    let created = events.filter(|event| event["type"] == "message.created");
    created.cloned().collect()
}

#[test]
fn a_place_that_says_nothing_begins_anew_and_strangers_are_refused() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let anew = poll(&app, &ann, "?after=made-up");
    assert_eq!(
        (&anew["events"], &anew["isReset"]),
        (&json!([]), &json!(true))
    );
    app.get("/v1/realtime/poll")
        .send()
        .expect_problem(401, "unauthenticated");
}
