//! Subscriptions of devices.

use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_schema::prelude::PushSubscription;
use whisper_store::Patch;
use whisper_testkit::push::Device;

use crate::scene::Scene;

const PATH: &str = "/v1/push/subscriptions";

#[test]
fn the_same_device_again_is_changed_and_never_shown_with_its_keys() {
    let scene = Scene::new();
    let ann = scene.person();
    let device = scene.device(&ann);
    let mut again = device.subscription();
    again["deviceName"] = json!("Phone");
    let shown = scene
        .send(Method::POST, PATH, &ann.token, again)
        .expect(200);
    assert_eq!(
        (&shown["host"], &shown["deviceName"]),
        (&json!("fcm.googleapis.com"), &json!("Phone"))
    );
    let list = scene.get(&ann, PATH);
    assert_eq!(list["items"], json!([shown]));
    let text = list.to_string();
    for secret in ["p256dh", "auth", "/device/"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn a_device_belongs_to_whoever_is_signed_in_on_it() {
    let scene = Scene::new();
    let (ann, bob) = (scene.person(), scene.person());
    let device = scene.device(&ann);
    scene
        .send(Method::POST, PATH, &bob.token, device.subscription())
        .expect(201);
    assert_eq!(scene.get(&ann, PATH)["items"], json!([]));
    assert_eq!(scene.only::<PushSubscription>().user_id, bob.id);
}

#[test]
fn there_is_a_bound_and_taking_one_off_makes_room() {
    let scene = Scene::new();
    let ann = scene.person();
    for _ in 0..20 {
        scene.device(&ann);
    }
    let one_more = Device::new("https://fcm.googleapis.com/one-more");
    scene
        .send(Method::POST, PATH, &ann.token, one_more.subscription())
        .expect_problem(409, "too_many_devices");
    let first = scene.get(&ann, PATH)["items"][0]["id"].clone();
    let first = format!("{PATH}/{}", first.as_str().unwrap());
    scene
        .send(Method::DELETE, &first, &ann.token, Value::Null)
        .expect(204);
    scene
        .send(Method::POST, PATH, &ann.token, one_more.subscription())
        .expect(201);
    assert_eq!(scene.all::<PushSubscription>().len(), 20);
}

#[test]
fn a_strangers_device_is_nobodys() {
    let scene = Scene::new();
    let (ann, bob) = (scene.person(), scene.person());
    scene.device(&ann);
    let id = scene.only::<PushSubscription>().id;
    let path = format!("{PATH}/{id}");
    scene
        .send(Method::DELETE, &path, &bob.token, Value::Null)
        .expect_problem(404, "not_found");
    scene
        .send(Method::DELETE, &path, &ann.token, Value::Null)
        .expect(204);
    scene
        .send(Method::DELETE, &path, &ann.token, Value::Null)
        .expect_problem(404, "not_found");
}

#[test]
fn everything_that_is_wrong_is_named_and_nothing_is_written() {
    let scene = Scene::new();
    let ann = scene.person();
    let refused = |body: Value| {
        let answer = scene.send(Method::POST, PATH, &ann.token, body);
        let refused = answer.expect_problem(422, "validation_failed");
        assert!(
            !refused.to_string().contains("169.254"),
            "the address is not repeated"
        );
        let errors = refused["errors"].as_array().unwrap().iter();
        let fields = errors.map(|e| e["field"].as_str().unwrap().to_owned());
        fields.collect::<Vec<_>>()
    };
    let mut body = json!({
        "endpoint": "http://169.254.169.254/latest",
        "keys": {"p256dh": "AA", "auth": "AA"},
        "deviceName": "x".repeat(101),
        "expirationTime": -1,
        "colour": "red",
    });
    assert_eq!(
        refused(body.clone()),
        [
            "keys.p256dh",
            "keys.auth",
            "expirationTime",
            "deviceName",
            "endpoint",
            "colour"
        ]
    );
    body = json!({
        "endpoint": "http://169.254.169.254/latest",
        "keys": {"p256dh": "AA", "auth": "BTBZMqHH6r4Tts7J_aSIgg"},
        "deviceName": "x".repeat(101),
        "expirationTime": 1,
    });
    assert_eq!(
        refused(body.clone()),
        ["keys.p256dh", "deviceName", "endpoint", "expirationTime"]
    );
    let good = Device::new("https://fcm.googleapis.com/x").subscription();
    body = json!({"endpoint": body["endpoint"], "keys": good["keys"], "expirationTime": 1});
    assert_eq!(refused(body), ["endpoint", "expirationTime"]);
    assert_eq!(scene.all::<PushSubscription>(), []);
}

#[test]
fn the_public_key_is_anybodys_and_stays() {
    let scene = Scene::new();
    let path = "/v1/push/vapid-public-key";
    let one = scene.send(Method::GET, path, "", Value::Null).expect(200);
    let other =
        futures::executor::block_on(scene.another().send(Method::GET, path, "", &Value::Null));
    assert_eq!(one, other.expect(200));
    assert_eq!(one["publicKey"].as_str().unwrap().len(), 87);
}

#[test]
fn devices_that_are_signed_out_take_no_room_and_are_forgotten() {
    let scene = Scene::new();
    let ann = scene.person();
    for _ in 0..20 {
        scene.device(&ann);
    }
    // As if they had been subscribed by a session that has ended.
    let ended = Patch::<PushSubscription>::new().set(PushSubscription::SESSION_ID, "ended");
    let devices = scene.all::<PushSubscription>();
    for device in &devices[..15] {
        scene.change(&device.id, ended.clone());
    }
    assert_eq!(scene.get(&ann, PATH)["items"].as_array().unwrap().len(), 5);
    scene.device(&ann);
    let left = scene.all::<PushSubscription>();
    assert_eq!(left.len(), 6);
    assert!(
        left.iter()
            .all(|device| device.session_id.as_deref() != Some("ended"))
    );
}
