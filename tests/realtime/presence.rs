//! Presence of people who go without a word.

use whisper_schema::Timestamp;
use whisper_testkit::{Person, TestApp, Value, json};

use super::{group, say};

/// The longest time until others hear that somebody went, in milliseconds, and some more on a machine that is busy with other tests.
const MINUTE: i64 = 60_000 + 10_000;

/// Whether an event says that somebody has this status.
fn is<'a>(who: &'a Person, status: &'a str) -> impl Fn(&Value) -> bool + 'a {
    move |event| {
        event["type"] == "presence" && event["userId"] == who.id && event["status"] == status
    }
}

/// A time as milliseconds.
fn millis(time: &Value) -> i64 {
    let time: Timestamp = time.as_str().unwrap().parse().unwrap();
    time.as_millis()
}

/// Until when the device counts; 0 when it doesn't.
fn counts_until(app: &TestApp, who: &Person) -> i64 {
    let presence = who.get(app, "/v1/me/presence").expect(200);
    presence.get("countsUntil").map_or(0, millis)
}

/// Somebody, and a contact of theirs who hears of them.
fn watched(app: &TestApp) -> [Person; 2] {
    let [ann, bob] = ["ann", "bob"].map(|name| app.person(name));
    bob.put(app, &format!("/v1/contacts/{}", ann.id), &json!({}))
        .expect(201);
    [ann, bob]
}

/// Asserts that somebody isn't there any more, and that it is shown since when.
fn is_shown_as_gone(app: &TestApp, to: &Person, who: &Person, heard: &Value) {
    let list = to
        .get(app, &format!("/v1/presence?ids={}", who.id))
        .expect(200);
    let shown = &list["items"][0];
    assert_eq!(shown["status"], "offline");
    assert!(shown["lastSeen"].is_string(), "{shown}");
    assert_eq!(heard["lastSeen"], shown["lastSeen"]);
}

#[test]
fn people_whose_host_died_are_gone_within_a_minute() {
    let Some(mut app) = TestApp::own().start() else {
        return;
    };
    let [ann, bob] = watched(&app);
    let mut watching = bob.listen(&app);
    watching.wait_for("stream.ready");
    let mut there = ann.listen(&app);
    watching.wait_until(is(&ann, "online"));
    app.kill();
    there.ends();
    watching.ends();

    let app = app.restart();
    let mut watching = bob.listen(&app);
    let begun = watching.wait_for("stream.ready");
    let path = format!("/v1/presence?ids={}", ann.id);
    let before = bob.get(&app, &path).expect(200);
    assert_eq!(before["items"][0]["status"], "online");
    // A device counts for 45 s after it was last kept up, and it is looked every ten seconds, which no test can move, whose time is over.
    app.advance("45s");
    let heard = watching.wait_until(is(&ann, "offline"));
    let took = millis(&heard["at"]) - millis(&begun["at"]);
    assert!(took <= MINUTE, "{took} ms");
    is_shown_as_gone(&app, &bob, &ann, &heard);
}

#[test]
fn people_whose_last_connection_broke_are_gone_within_a_minute() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let [ann, bob] = watched(&app);
    let place = group(&app, &bob, &[&ann]);
    let mut watching = bob.listen(&app);
    watching.wait_for("stream.ready");
    let there = ann.listen_unread(&app, None);
    watching.wait_until(is(&ann, "online"));
    let before = counts_until(&app, &ann);
    let broke = say(&app, &bob, &place, "here");
    drop(there);
    // The server learns of it when it writes; then the device counts for 25 s more.
    app.eventually(|| {
        say(&app, &bob, &place, "are you there?");
        let until = counts_until(&app, &ann);
        // Streams that are there are kept up for 45 s, from time to time.
        (until != before && until - millis(&broke["createdAt"]) < 45_000).then_some(())
    });
    app.advance("25s");
    let heard = watching.wait_until(is(&ann, "offline"));
    let took = millis(&heard["at"]) - millis(&broke["createdAt"]);
    assert!(took <= MINUTE, "{took} ms");
    is_shown_as_gone(&app, &bob, &ann, &heard);
}
