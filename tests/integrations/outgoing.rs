//! Webhooks that are told of events, by a receiver of the test's own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use whisper_testkit::push::{PushService, Pushed};
use whisper_testkit::{Person, TestApp, Value, json};

use super::{group, webhooks};

/// A bundle that may call a receiver of the test's own; None when the bundle isn't the test's.
fn start() -> Option<(TestApp, PushService)> {
    let receiver = PushService::start();
    let app = TestApp::own()
        .variable("webhook_origin_b", receiver.origin())
        .start()?;
    Some((app, receiver))
}

/// Makes a webhook that is told of these events.
fn webhook(
    app: &TestApp,
    receiver: &PushService,
    who: &Person,
    group: &str,
    events: &Value,
) -> Value {
    let url = format!("{}/hook?token=of-the-receiver", receiver.origin());
    let body = json!({"name": "Archive", "url": url, "events": events});
    who.post(app, &webhooks(group, "outgoing"), &body)
        .expect(201)
}

/// The signature of a request by a secret.
fn signature(of: &Pushed, secret: &Value) -> String {
    let secret = secret.as_str().unwrap().strip_prefix("whsec_").unwrap();
    let key = STANDARD.decode(secret).unwrap();
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).unwrap();
    let (id, at) = (of.header("webhook-id"), of.header("webhook-timestamp"));
    mac.update(format!("{id}.{at}.").as_bytes());
    mac.update(&of.body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

fn body(of: &Pushed) -> Value {
    serde_json::from_slice(&of.body).unwrap()
}

fn attempts(app: &TestApp, who: &Person, group: &str, webhook: &Value) -> Vec<Value> {
    let path = webhooks(group, "outgoing");
    let path = format!("{path}/{}/attempts", webhook["id"].as_str().unwrap());
    who.get(app, &path).expect(200)["items"]
        .as_array()
        .unwrap()
        .clone()
}

#[test]
fn a_message_is_told_soon_signed_and_once_and_nothing_of_it_is_logged() {
    let Some((app, receiver)) = start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let group = group(&app, &ann, &[&bob]);
    let messages = format!("/v1/conversations/{group}/messages");
    bob.post(&app, &messages, &json!({"content": "before"}))
        .expect(201);
    let events = json!(["message.created", "member.left"]);
    let hook = webhook(&app, &receiver, &ann, &group, &events);
    let sent = bob
        .post(&app, &messages, &json!({"content": "after"}))
        .expect(201);
    let told = receiver.wait_for(1);
    assert_eq!(told[0].path, "/hook?token=of-the-receiver");
    assert_eq!(
        told[0].header("webhook-signature"),
        signature(&told[0], &hook["secret"])
    );
    assert_eq!(told[0].header("content-type"), "application/json");
    let first = body(&told[0]);
    assert_eq!(first["type"], "message.created");
    assert_eq!(first["data"]["message"]["id"], sent["id"]);
    assert_eq!(first["data"]["message"]["content"], "after");
    let left = format!("/v1/conversations/{group}/leave");
    bob.call(&app, "POST", &left).send().expect(204);
    let told = receiver.wait_for(2);
    assert_eq!(body(&told[1])["type"], "member.left");
    assert_eq!(body(&told[1])["data"]["userId"], bob.id.as_str());
    app.eventually(|| (attempts(&app, &ann, &group, &hook).len() == 2).then_some(()));
    app.run_job("integrations").expect(200);
    assert_eq!(receiver.pushed().len(), 2, "and once");
    // Neither addresses of receivers nor secrets stand in the log.
    let posting = ann.post(
        &app,
        &webhooks(&group, "incoming"),
        &json!({"name": "Builds"}),
    );
    let posting = posting.expect(201);
    let path = posting["path"].as_str().unwrap();
    app.post(path)
        .json(&json!({"content": "x"}))
        .send()
        .expect(201);
    app.post(&format!("{path}x"))
        .json(&json!({"content": "x"}))
        .send()
        .expect(404);
    let secret = path.rsplit('/').next().unwrap();
    let log = app.log();
    for text in [secret, "of-the-receiver", hook["secret"].as_str().unwrap()] {
        assert!(!log.contains(text), "{text}");
    }
}

#[test]
fn a_receiver_that_is_down_is_tried_again_and_one_that_is_gone_is_not() {
    let Some((app, receiver)) = start() else {
        return;
    };
    let ann = app.person("ann");
    let group = group(&app, &ann, &[]);
    let messages = format!("/v1/conversations/{group}/messages");
    let hook = webhook(&app, &receiver, &ann, &group, &json!(["message.created"]));
    receiver.answer("/hook", 302, "");
    ann.post(&app, &messages, &json!({"content": "x"}))
        .expect(201);
    receiver.wait_for(1);
    app.eventually(|| (attempts(&app, &ann, &group, &hook).len() == 1).then_some(()));
    receiver.answer("/hook", 200, "");
    app.advance("60s");
    app.run_job("integrations").expect(200);
    let told = receiver.wait_for(2);
    assert_eq!(told[0].header("webhook-id"), told[1].header("webhook-id"));
    let log = attempts(&app, &ann, &group, &hook);
    let statuses: Vec<&Value> = log.iter().map(|attempt| &attempt["status"]).collect();
    assert_eq!(statuses, [200, 302], "no redirect is followed");

    receiver.answer("/hook", 410, "");
    ann.post(&app, &messages, &json!({"content": "y"}))
        .expect(201);
    receiver.wait_for(3);
    let path = webhooks(&group, "outgoing");
    let status = || ann.get(&app, &path).expect(200)["items"][0]["status"].clone();
    app.eventually(|| (status() == "disabled").then_some(()));
    let inbox = ann.get(&app, "/v1/notifications").expect(200);
    let told = inbox["items"].as_array().unwrap().iter();
    let told = told.filter(|one| one["metadata"]["webhookId"] == hook["id"]);
    assert_eq!(told.count(), 1);
    receiver.answer("/hook", 200, "");
    let one = format!("{path}/{}", hook["id"].as_str().unwrap());
    ann.call(&app, "POST", &format!("{one}/test"))
        .send()
        .expect(202);
    let told = receiver.wait_for(4);
    assert_eq!(body(&told[3])["type"], "test");
    ann.call(&app, "POST", &format!("{one}/enable"))
        .send()
        .expect(200);
    ann.post(&app, &messages, &json!({"content": "z"}))
        .expect(201);
    let told = receiver.wait_for(5);
    assert_eq!(body(&told[4])["data"]["message"]["content"], "z");
}

#[test]
fn addresses_that_the_operator_does_not_name_are_refused() {
    let Some((app, receiver)) = start() else {
        return;
    };
    let ann = app.person("ann");
    let group = group(&app, &ann, &[]);
    let path = webhooks(&group, "outgoing");
    for url in [
        "https://example.com/hook".to_owned(),
        "http://127.0.0.1:1/hook".to_owned(),
        "http://accounts.spin.internal/internal/events".to_owned(),
        receiver.origin().replace("http://", "https://"),
        format!("{}@example.com/", receiver.origin()),
    ] {
        let body = json!({"name": "X", "url": url, "events": ["message.created"]});
        ann.post(&app, &path, &body).expect_fields(&["url"]);
    }
}
