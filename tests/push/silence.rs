//! A push about a message to a user with a stream in the foreground waits 10 s, and is sent only if the user hasn't
//! read the message by then.

use whisper_testkit::{Person, TestApp, Value, json};

use super::{device, direct, say, start, wait_for_messages};

const PRESENCE: &str = "/v1/me/presence";

/// Sets the status of a user's device, which has a stream open.
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

    // Bob reads the message within 10 s: no push is sent.
    let sent = say(&app, &ann, &path, &json!({}));
    stream.wait_for("message.created");
    wait_for_messages(&app, "processing", 1);
    let read = json!({"messageId": sent["id"]});
    bob.post(&app, &format!("{path}/read"), &read).expect(200);
    app.advance("10s");
    wait_for_messages(&app, "delivered", 1);
    assert_eq!(service.pushed().len(), 0);

    // Bob doesn't read the message: the push is sent after 10 s, without the schedule.
    says(&app, &bob, "online");
    say(&app, &ann, &path, &json!({}));
    wait_for_messages(&app, "processing", 1);
    assert_eq!(service.pushed().len(), 0);
    app.advance("10s");
    assert_eq!(service.wait_for(1).len(), 1);
    wait_for_messages(&app, "delivered", 2);

    // A device in the background (`away`) gets the push at once.
    says(&app, &bob, "away");
    say(&app, &ann, &path, &json!({}));
    assert_eq!(service.wait_for(2).len(), 2);

    // A device that is `invisible` to others is still in the foreground: the push waits.
    says(&app, &bob, "invisible");
    wait_for_messages(&app, "delivered", 3);
    say(&app, &ann, &path, &json!({}));
    wait_for_messages(&app, "processing", 1);
    app.advance("10s");
    assert_eq!(service.wait_for(3).len(), 3);

    // Without an open stream the push is sent at once.
    says(&app, &bob, "online");
    wait_for_messages(&app, "delivered", 4);
    let open = counts_until(&app, &bob);
    let stop = app.call("POST", "/internal/realtime/stop");
    stop.bearer(app.operator_key()).send().expect(204);
    app.eventually(|| (counts_until(&app, &bob) != open).then_some(()));
    say(&app, &ann, &path, &json!({}));
    assert_eq!(service.wait_for(4).len(), 4);
}
