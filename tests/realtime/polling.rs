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
    let heard = std::thread::scope(|scope| {
        let after = format!("?wait=25&after={}", next(&begun));
        let (app, bob) = (&app, &bob);
        let waiting = scope.spawn(move || poll(app, bob, &after));
        say(app, &ann, &place, "hello");
        waiting.join().unwrap()
    });
    let words: Vec<&Value> = heard["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["message"]["content"])
        .collect();
    assert_eq!(words, [&json!("hello")]);
    let nothing = poll(&app, &bob, &format!("?after={}", next(&heard)));
    assert_eq!(nothing["events"], json!([]));
    // The same events again, with the same places, to somebody who asks again.
    let again = poll(&app, &bob, &format!("?after={}", next(&begun)));
    assert_eq!(again["events"], heard["events"]);
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
