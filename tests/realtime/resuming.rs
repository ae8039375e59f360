//! A client that comes back hears of everything in between, once and in order, or is told to begin anew.

use std::collections::BTreeSet;

use whisper_testkit::{TestApp, Value};

use super::{group, say, says};

#[test]
fn a_burst_is_heard_once_and_in_order_though_client_and_host_are_killed_in_the_middle() {
    const SENT: usize = 1_000;
    let Some(mut app) = TestApp::own().start() else {
        return;
    };
    let [ann, bob] = ["ann", "bob"].map(|name| app.person(name));
    let place = group(&app, &ann, &[&bob]);
    let mut stream = bob.listen(&app);
    stream.wait_for("stream.ready");
    let mut heard: Vec<Value> = Vec::new();
    let mut sent = 0;
    for part in 0..4 {
        let (app_ref, place_ref, ann) = (&app, place.as_str(), &ann);
        let from = sent;
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for n in from..from + SENT / 4 {
                    say(app_ref, ann, place_ref, &n.to_string());
                }
            });
            // The client goes away in the middle of it, and comes back.
            for _ in 0..100 {
                heard.extend(stream.next_event());
            }
            let last = stream.last_id().map(str::to_owned);
            stream = bob.listen_from(app_ref, last.as_deref());
        });
        sent += SENT / 4;
        if part == 1 {
            app.kill();
            heard.extend(stream.ends());
            let last = stream.last_id().map(str::to_owned);
            app = app.restart();
            stream = bob.listen_from(&app, last.as_deref());
        }
    }
    let last = (SENT - 1).to_string();
    heard.extend(stream.until(says(&last)));
    let mut ids = BTreeSet::new();
    let words = heard
        .iter()
        .filter(|event| event["type"] == "message.created")
        .filter(|event| ids.insert(event["id"].as_str().unwrap().to_owned()));
    let words: Vec<String> = words
        .map(|event| event["message"]["content"].as_str().unwrap().to_owned())
        .collect();
    let all: Vec<String> = (0..SENT).map(|n| n.to_string()).collect();
    assert_eq!(words, all);
}

#[test]
fn more_than_five_hundred_events_or_a_day_begin_anew() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let [ann, bob] = ["ann", "bob"].map(|name| app.person(name));
    let place = group(&app, &ann, &[&bob]);
    let mut stream = bob.listen(&app);
    stream.wait_for("stream.ready");
    say(&app, &ann, &place, "first");
    stream.wait_until(says("first"));
    let here = stream.last_id().unwrap().to_owned();
    drop(stream);
    for n in 0..500 {
        say(&app, &ann, &place, &n.to_string());
    }
    let mut all = bob.listen_from(&app, Some(&here)).until(says("499"));
    all.retain(|event| event["type"] == "message.created");
    assert_eq!(all.len(), 500);
    say(&app, &ann, &place, "one more");
    let mut anew = bob.listen_from(&app, Some(&here));
    anew.wait_for("stream.reset");
    say(&app, &ann, &place, "from here on");
    let heard = anew.wait_for("message.created");
    assert_eq!(heard["message"]["content"], "from here on");
    let here = anew.last_id().unwrap().to_owned();
    app.advance("25h");
    let bob = bob.refreshed(&app);
    bob.listen_from(&app, Some(&here)).wait_for("stream.reset");
    // A place that the server never gave begins anew as well.
    bob.listen_from(&app, Some("made-up"))
        .wait_for("stream.reset");
}

#[test]
fn two_devices_hear_of_each_other_and_a_stream_ends_after_its_time() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let [ann, bob] = ["ann", "bob"].map(|name| app.person(name));
    let phone = bob.sign_in(&app);
    let place = group(&app, &ann, &[&bob]);
    let (mut one, mut other) = (bob.listen(&app), phone.listen(&app));
    one.wait_for("stream.ready");
    other.wait_for("stream.ready");
    let sent = say(&app, &bob, &place, "from the desk");
    for stream in [&mut one, &mut other] {
        let heard = stream.wait_until(says("from the desk"));
        assert_eq!(heard["message"]["id"], sent["id"]);
    }
    app.advance("61m");
    let ended = one.wait_for("stream.ended");
    assert_eq!(ended["reason"], "renew");
    one.ends();
    let ann = ann.refreshed(&app);
    say(&app, &ann, &place, "meanwhile");
    let last = one.last_id().map(str::to_owned);
    let bob = bob.refreshed(&app);
    bob.listen_from(&app, last.as_deref())
        .wait_until(says("meanwhile"));
}

#[test]
fn the_others_go_on_when_the_one_who_came_first_goes() {
    let app = TestApp::start();
    let [ann, bob] = ["ann", "bob"].map(|name| app.person(name));
    let place = group(&app, &ann, &[&bob]);
    let mut first = ann.listen(&app);
    first.wait_for("stream.ready");
    let mut stream = bob.listen(&app);
    stream.wait_for("stream.ready");
    // Its connection is closed with the next event.
    drop(first);
    for n in 0..5 {
        let words = n.to_string();
        say(&app, &bob, &place, &words);
        stream.wait_until(says(&words));
    }
}
