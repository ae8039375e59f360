//! Refusals of every route: callers, addresses, bodies.

use whisper_testkit::push::Device;
use whisper_testkit::{NO_IDS, Route, TestApp, Value, json};

use super::SUBSCRIPTIONS;

fn routes() -> Vec<Route> {
    let device = Device::new("https://fcm.googleapis.com/refused").subscription();
    let id = "00000000-0000-7000-8000-000000000000";
    vec![
        ("GET", "/v1/notifications".into(), Value::Null),
        ("GET", "/v1/notifications/unread-count".into(), Value::Null),
        ("POST", "/v1/notifications/read-all".into(), Value::Null),
        ("POST", format!("/v1/notifications/{id}/read"), Value::Null),
        ("DELETE", format!("/v1/notifications/{id}"), Value::Null),
        ("GET", "/v1/me/notification-settings".into(), Value::Null),
        ("PUT", "/v1/me/notification-settings".into(), json!({})),
        ("POST", SUBSCRIPTIONS.into(), device),
        ("GET", SUBSCRIPTIONS.into(), Value::Null),
        ("DELETE", format!("{SUBSCRIPTIONS}/{id}"), Value::Null),
    ]
}

#[test]
fn nobody_gets_in_without_a_standing_session() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    app.refuses_without_token(&routes(), &ann);
    let operators: [Route; 5] = [
        ("GET", "/internal/queue".into(), Value::Null),
        ("GET", "/internal/queue/pushes".into(), Value::Null),
        ("GET", "/internal/queue/counts".into(), Value::Null),
        ("POST", "/internal/queue/retry".into(), json!({"all": true})),
        (
            "POST",
            "/internal/jobs/notification-push".into(),
            Value::Null,
        ),
    ];
    app.refuses_all_but_operator(&operators, &ann);
    app.refuses_old_tokens(&routes(), &bob, &cid);
}

#[test]
fn the_server_is_led_nowhere_but_to_push_services() {
    let app = TestApp::start();
    let ann = app.person("ann");
    for endpoint in [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com@127.0.0.1/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://accounts.spin.internal/internal/events",
        "http://accounts.spin.internal/internal/events",
        "http://self.alt/internal/queue",
        "https://example.com/x",
        "file:///etc/passwd",
        "",
    ] {
        let body = Device::new(endpoint).subscription();
        let refused = ann
            .post(&app, SUBSCRIPTIONS, &body)
            .expect_fields(&["endpoint"]);
        assert!(endpoint.is_empty() || !refused.to_string().contains(endpoint));
    }
    assert_eq!(ann.get(&app, SUBSCRIPTIONS).expect(200)["items"], json!([]));
}

#[test]
fn bodies_that_are_none_are_refused_with_the_fields_name() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let good = Device::new("https://fcm.googleapis.com/x").subscription();
    for (field, value) in [
        ("endpoint", json!(1)),
        ("keys", json!("x")),
        ("expirationTime", json!("soon")),
        ("deviceName", json!("x".repeat(101))),
        ("userId", json!("somebody")),
    ] {
        let mut body = good.clone();
        body[field] = value;
        ann.post(&app, SUBSCRIPTIONS, &body).expect_fields(&[field]);
    }
    ann.post(&app, SUBSCRIPTIONS, &json!({}))
        .expect_fields(&["endpoint", "keys"]);
    let huge = json!({"deviceName": "x".repeat(300_000)});
    ann.post(&app, SUBSCRIPTIONS, &huge)
        .expect_problem(413, "payload_too_large");
    for id in NO_IDS {
        ann.delete(&app, &format!("{SUBSCRIPTIONS}/{id}"))
            .expect_problem(404, "not_found");
        ann.delete(&app, &format!("/v1/notifications/{id}"))
            .expect_problem(404, "not_found");
    }
}

#[test]
fn many_at_once_are_one_device_and_never_more_than_there_may_be() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let body = Device::new("https://fcm.googleapis.com/same").subscription();
    let post = |body: &Value| ann.post(&app, SUBSCRIPTIONS, body).status;
    let at_once = |bodies: Vec<Value>| -> Vec<u16> {
        std::thread::scope(|scope| {
            let calls: Vec<_> = bodies
                .iter()
                .map(|body| scope.spawn(move || post(body)))
                .collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        })
    };
    let same = at_once(vec![body; 6]);
    assert_eq!(
        same.iter().filter(|status| **status == 201).count(),
        1,
        "{same:?}"
    );
    assert!(
        same.iter().all(|status| [200, 201].contains(status)),
        "{same:?}"
    );
    let other = |n| Device::new(&format!("https://fcm.googleapis.com/{n}")).subscription();
    for n in 0..17 {
        assert_eq!(post(&other(n)), 201);
    }
    let more = at_once((17..25).map(other).collect());
    assert!(
        more.iter().all(|status| [201, 409].contains(status)),
        "{more:?}"
    );
    let there = ann.get(&app, SUBSCRIPTIONS).expect(200)["items"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(there, 20, "{more:?}");
}
