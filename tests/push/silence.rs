//! Users with a stream see messages come in: a push comes only to those who don't read.

use whisper_testkit::{Person, TestApp, Value, json};

use super::{device, direct, say, start, wait_for_messages};

const PRESENCE: &str = "/v1/me/presence";

/// Says that somebody is so at their device; a stream is open for it.
fn says(app: &TestApp, who: &Person, status: &str) {
    let word = json!({"status": status, "device": "web"});
    who.put(app, PRESENCE, &word).expect(200);
}

/// Until when the device counts.
fn counts_until(app: &TestApp, who: &Person) -> Value {
    who.get(app, PRESENCE).expect(200)["countsUntil"].clone()
}

#[test]
fn with_a_stream_in_the_foreground_there_are_ten_seconds_to_read() {
    let Some((app, service)) = start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    device(&app, &service, &bob, "/bob");
    let path = direct(&app, &ann, &bob);
    let mut stream = bob.listen(&app);
    stream.wait_for("stream.ready");
    app.eventually(|| counts_until(&app, &bob).as_str().map(str::to_owned));

    // Read in time.
    let sent = say(&app, &ann, &path, &json!({}));
    stream.wait_for("message.created");
    wait_for_messages(&app, "processing", 1);
    let read = json!({"messageId": sent["id"]});
    bob.post(&app, &format!("{path}/read"), &read).expect(200);
    app.advance("10s");
    wait_for_messages(&app, "delivered", 1);
    assert_eq!(service.pushed().len(), 0);

    // Not read: it is sent without the schedule.
    says(&app, &bob, "online");
    say(&app, &ann, &path, &json!({}));
    wait_for_messages(&app, "processing", 1);
    assert_eq!(service.pushed().len(), 0);
    app.advance("10s");
    assert_eq!(service.wait_for(1).len(), 1);
    wait_for_messages(&app, "delivered", 2);

    // In the background.
    says(&app, &bob, "away");
    say(&app, &ann, &path, &json!({}));
    assert_eq!(service.wait_for(2).len(), 2);

    // Nobody sees that they are there, and they are.
    says(&app, &bob, "invisible");
    wait_for_messages(&app, "delivered", 3);
    say(&app, &ann, &path, &json!({}));
    wait_for_messages(&app, "processing", 1);
    app.advance("10s");
    assert_eq!(service.wait_for(3).len(), 3);

    // Without a stream nothing waits.
    says(&app, &bob, "online");
    wait_for_messages(&app, "delivered", 4);
    let open = counts_until(&app, &bob);
    let stop = app.call("POST", "/internal/realtime/stop");
    stop.bearer(app.operator_key()).send().expect(204);
    app.eventually(|| (counts_until(&app, &bob) != open).then_some(()));
    say(&app, &ann, &path, &json!({}));
    assert_eq!(service.wait_for(4).len(), 4);
}
