//! Notifications: the inbox, and pushes to a push service of the test's own.

mod crash;
mod delivery;
mod inbox;
mod refusals;
mod silence;

use whisper_testkit::push::{Device, PushService};
use whisper_testkit::{Person, TestApp, Value, json};

const SUBSCRIPTIONS: &str = "/v1/push/subscriptions";

/// A bundle that may push to a push service of the test's own; None when the bundle isn't the test's.
pub(crate) fn start() -> Option<(TestApp, PushService)> {
    let service = PushService::start();
    let app = TestApp::own()
        .variable("push_extra_origin", service.origin())
        // Without the components that congratulate on a first message.
        .variable("event_consumers", "notification-push")
        .variable("push_contact", "mailto:ops@example.com")
        .start()?;
    Some((app, service))
}

/// Subscribes a device of somebody, at this path of the push service.
pub(crate) fn device(app: &TestApp, service: &PushService, who: &Person, path: &str) -> Device {
    let device = Device::new(&format!("{}{path}", service.origin()));
    who.post(app, SUBSCRIPTIONS, &device.subscription())
        .expect(201);
    device
}

/// The path of a direct conversation of two; the other one has accepted it, so that devices ring.
pub(crate) fn direct(app: &TestApp, one: &Person, other: &Person) -> String {
    let body = json!({"type": "direct", "participantIds": [other.id]});
    let made = one.post(app, "/v1/conversations", &body).expect(201);
    let path = format!("/v1/conversations/{}", made["id"].as_str().unwrap());
    other
        .post(app, &format!("{path}/accept"), &json!({}))
        .expect(200);
    path
}

/// Sends a text; gives the message.
pub(crate) fn say(app: &TestApp, by: &Person, path: &str, more: &Value) -> Value {
    let mut body = json!({"content": "secret"});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    by.post(app, &format!("{path}/messages"), &body).expect(201)
}

/// The body of an answer to the operator, which must be a 200.
pub(crate) fn operator(app: &TestApp, path: &str) -> Value {
    app.get(path).bearer(app.operator_key()).send().expect(200)
}

/// Waits until so many messages are in this state; consumers react to a commit after the answer.
#[track_caller]
pub(crate) fn wait_for_messages(app: &TestApp, status: &str, count: u64) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let counts = operator(app, "/internal/queue/counts");
        if counts["messages"][status] == count {
            return;
        }
        assert!(std::time::Instant::now() < end, "{counts}");
        std::thread::yield_now();
    }
}
