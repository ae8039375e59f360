//! Apps report.

use super::*;
use futures::future::join_all;
use whisper_kit::{Bytes, Request};
use whisper_schema::prelude::{ErrorGroup, ErrorLink, ErrorLog};
use whisper_store::Batch;

#[test]
fn an_error_is_kept_with_its_group() {
    let scene = Scene::new();
    let body = json!({
        "errorType": "decryption_failed", "errorMessage": "no key for message 4711", "stackTrace": "at a (x.js:1:2)",
        "context": {"version": "1.2.3", "accessToken": "x"}, "severity": "critical",
    });
    let id = scene.report(&body).expect(201)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let group = scene.group();
    assert_eq!(
        (&group["errorType"], &group["severity"]),
        (&json!("decryption_failed"), &json!("critical"))
    );
    assert_eq!(
        (&group["status"], &group["count"], &group["source"]),
        (&json!("open"), &json!(1), &json!("client"))
    );
    assert_eq!(group["firstSeenAt"], group["lastSeenAt"]);
    let kept = scene.errors_of(&group);
    assert_eq!(
        (&kept[0]["id"], &kept[0]["userId"]),
        (&json!(id), &json!(scene.user))
    );
    assert_eq!(kept[0]["errorMessage"], body["errorMessage"]);
    assert_eq!(
        kept[0]["context"],
        json!({"version": "1.2.3", "accessToken": "[redacted]"})
    );
}

#[test]
fn the_same_error_is_counted_and_another_is_another_group() {
    let scene = Scene::new();
    for (message, severity) in [
        ("timeout after 10 ms", "warning"),
        ("timeout after 20 ms", "error"),
        ("timeout after 7 ms", "info"),
    ] {
        scene.edge.advance(1000);
        let mut body = error(message);
        body["severity"] = severity.into();
        scene.report(&body).expect(201);
    }
    let group = scene.group();
    assert_eq!(
        (&group["count"], &group["severity"]),
        (&json!(3), &json!("error"))
    );
    assert_eq!(group["errorMessage"], "timeout after 7 ms", "the latest");
    assert_ne!(group["firstSeenAt"], group["lastSeenAt"]);
    scene.report(&error("no route")).expect(201);
    assert_eq!(scene.groups("").len(), 2);
}

#[test]
fn a_batch_is_kept_as_a_whole_and_costs_a_few_statements() {
    let scene = Scene::new();
    let errors: Vec<Value> = (0..100)
        .map(|n| error(&format!("kind {} of error", ["a", "b", "c"][n % 3])))
        .collect();
    scene.edge.statements();
    let ids = scene.batch(&errors).expect(201)["ids"]
        .as_array()
        .unwrap()
        .clone();
    let statements = scene.edge.statements();
    assert!(statements.len() <= 20, "{statements:#?}");
    assert_eq!(ids.len(), 100);
    let counts: Vec<i64> = scene
        .groups("")
        .iter()
        .map(|g| g["count"].as_i64().unwrap())
        .collect();
    assert_eq!(counts.iter().sum::<i64>(), 100);
    assert_eq!(counts.len(), 3);
    scene.batch(&errors).expect(201);
    let counts: i64 = scene
        .groups("")
        .iter()
        .map(|g| g["count"].as_i64().unwrap())
        .sum();
    assert_eq!(counts, 200);
}

/// The fields that are named in a list of faults.
fn fields(errors: &Value) -> Vec<&str> {
    let errors = errors.as_array().unwrap().iter();
    errors.map(|e| e["field"].as_str().unwrap()).collect()
}

#[test]
fn bad_errors_of_a_batch_are_named_and_keep_no_other_out() {
    let scene = Scene::new();
    let mut errors: Vec<Value> = (0..6).map(|n| error(&n.to_string())).collect();
    errors[1]["unknown"] = 1.into();
    errors[3]["errorMessage"] = "x".repeat(2001).into();
    errors[3]["severity"] = "fatal".into();
    errors[4]["errorType"] = "".into();
    // The context is too long only as it is kept: as text.
    errors[5]["context"] = json!({"x": "x".repeat(5000)});
    let kept = scene.batch(&errors).expect(201);
    assert_eq!(kept["ids"].as_array().unwrap().len(), 2);
    assert_eq!(scene.count::<ErrorLog>(), 2);
    let refused = kept["refused"].as_array().unwrap();
    let places: Vec<&Value> = refused.iter().map(|r| &r["index"]).collect();
    assert_eq!(places, [1, 3, 4, 5]);
    assert_eq!(fields(&refused[0]["errors"]), ["errors[1].unknown"]);
    let two = ["errors[3].errorMessage", "errors[3].severity"];
    assert_eq!(fields(&refused[1]["errors"]), two);
    assert_eq!(fields(&refused[3]["errors"]), ["errors[5].context"]);
    assert_eq!(scene.batch(&errors[..1]).expect(201)["refused"], json!([]));
}

/// Sends a body as it stands.
fn send_text(scene: &Scene, path: &str, body: String) -> Answer {
    let empty = json!({});
    let mut request = scene
        .edge
        .request_of(Method::POST, path, &scene.token, &empty);
    request.body = Bytes::from(body);
    block_on(scene.edge.request(request))
}

#[test]
fn half_an_emoji_costs_its_error_alone() {
    let scene = Scene::new();
    // As `JSON.stringify` writes a text that was cut inside an emoji.
    let good = error("fine").to_string();
    let message = r#"{"errorType": "t", "errorMessage": "cut \ud83d"}"#;
    let context = r#"{"errorType": "t", "errorMessage": "m", "context": {"last": "\ude00"}}"#;
    let body = format!(r#"{{"errors": [{good}, {message}, {good}, {context}]}}"#);
    let kept = send_text(&scene, "/v1/errors/batch", body).expect(201);
    assert_eq!(kept["ids"].as_array().unwrap().len(), 2);
    let refused = kept["refused"].as_array().unwrap();
    assert_eq!(fields(&refused[0]["errors"]), ["errors[1].errorMessage"]);
    assert_eq!(fields(&refused[1]["errors"]), ["errors[3].context"]);
    let alone = send_text(&scene, "/v1/errors", message.to_owned());
    let problem = alone.expect_problem(422, "validation_failed");
    assert_eq!(fields(&problem["errors"]), ["errorMessage"]);
}

#[test]
fn control_characters_are_left_out_of_what_is_reported() {
    let scene = Scene::new();
    let mut body = error("a\u{1B}[31mb\nc");
    body["errorType"] = "t\u{7}".into();
    body["stackTrace"] = "at x\r\n\tat y\u{1B}".into();
    scene.report(&body).expect(201);
    let kept = scene.errors_of(&scene.group());
    assert_eq!(kept[0]["errorMessage"], "a[31mb\nc");
    assert_eq!(kept[0]["errorType"], "t");
    assert_eq!(kept[0]["stackTrace"], "at x\n\tat y");
}

#[test]
fn a_batch_of_bad_errors_alone_is_refused() {
    let scene = Scene::new();
    let mut bad = error("x");
    bad["errorType"] = "".into();
    let problem = scene
        .batch(&vec![bad; 30])
        .expect_problem(422, "validation_failed");
    assert_eq!(fields(&problem["errors"]).len(), 20);
    assert_eq!(scene.count::<ErrorLog>(), 0);
    scene.batch(&[]).expect_problem(422, "validation_failed");
    let many: Vec<Value> = (0..101).map(|n| error(&n.to_string())).collect();
    let problem = scene.batch(&many).expect_problem(422, "validation_failed");
    assert_eq!(problem["errors"][0]["field"], "errors");
}

#[test]
fn what_is_wrong_is_refused_with_the_fields_name() {
    let scene = Scene::new();
    let with = |field: &str, value: Value| {
        let mut body = error("x");
        body[field] = value;
        body
    };
    for (field, value) in [
        ("errorType", json!("x".repeat(101))),
        ("errorType", json!(" ")),
        ("errorType", json!(1)),
        ("errorMessage", json!("x".repeat(2001))),
        ("errorMessage", json!("")),
        ("stackTrace", json!("x".repeat(10_001))),
        ("context", json!({"x": "x".repeat(5000)})),
        ("context", json!("text")),
        ("severity", json!("fatal")),
        ("fingerprint", json!("")),
        ("fingerprint", json!("x".repeat(201))),
        ("timestamp", json!("yesterday")),
        ("unknown", json!(1)),
    ] {
        let problem = scene
            .report(&with(field, value))
            .expect_problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    scene
        .report(&json!({}))
        .expect_problem(422, "validation_failed");
    assert_eq!(scene.count::<ErrorLog>() + scene.count::<ErrorGroup>(), 0);
}

#[test]
fn a_body_that_is_too_large_or_no_json_is_refused() {
    let scene = Scene::new();
    let send = |path: &str, body: Vec<u8>| {
        let mut request = Request::new(Method::POST, path);
        let bearer = format!("Bearer {}", scene.token);
        request
            .headers
            .insert("authorization", bearer.parse().unwrap());
        request
            .headers
            .insert("content-type", "application/json".parse().unwrap());
        request.body = Bytes::from(body);
        block_on(scene.edge.request(request))
    };
    send("/v1/errors", vec![b' '; 256 * 1024 + 1]).expect_problem(413, "payload_too_large");
    send("/v1/errors/batch", vec![b' '; 8 * 1024 * 1024 + 1])
        .expect_problem(413, "payload_too_large");
    send("/v1/errors", b"{".to_vec()).expect_problem(400, "invalid_json");
}

#[test]
fn a_user_can_only_write() {
    let scene = Scene::new();
    scene.report(&error("x")).expect(201);
    let id = scene.group()["id"].as_str().unwrap().to_owned();
    for (method, path) in [
        (Method::GET, "/internal/errors".to_owned()),
        (Method::GET, format!("/internal/errors/{id}")),
        (Method::GET, format!("/internal/errors/{id}/errors")),
        (Method::POST, format!("/internal/errors/{id}/resolve")),
        (Method::POST, format!("/internal/errors/{id}/reopen")),
        (Method::POST, "/internal/errors/host".to_owned()),
        (Method::POST, "/internal/jobs/error-retention".to_owned()),
    ] {
        for token in ["", &scene.token] {
            let refused = scene.edge.send(method.clone(), &path, token, &Value::Null);
            block_on(refused).expect_problem(401, "unauthenticated");
        }
    }
    for path in ["/v1/errors", "/v1/errors/batch"] {
        let read = scene
            .edge
            .send(Method::GET, path, &scene.token, &Value::Null);
        block_on(read).expect_problem(405, "method_not_allowed");
        let body = error("x");
        let stranger = scene.edge.send(Method::POST, path, "", &body);
        block_on(stranger).expect_problem(401, "unauthenticated");
    }
}

#[test]
fn reports_are_limited_by_user_and_nothing_more_is_kept() {
    let scene = Scene::with(&[("error_rate_per_minute", "3")]);
    for _ in 0..3 {
        scene.report(&error("x")).expect(201);
    }
    let refused = scene.report(&error("x"));
    assert!(refused.response.headers().contains_key("retry-after"));
    refused.expect_problem(429, "rate_limited");
    assert_eq!(
        (scene.group()["count"].clone(), scene.count::<ErrorLog>()),
        (json!(3), 3)
    );
    scene.edge.advance(60_000);
    scene.report(&error("x")).expect(201);
}

#[test]
fn reports_are_limited_by_address_whoever_sends_them() {
    let scene = Scene::with(&[("error_address_rate_per_minute", "2")]);
    let from = |address: &str, token: &str| {
        let mut request = Request::new(Method::POST, "/v1/errors");
        request.client_addr = address.parse().ok();
        let bearer = format!("Bearer {token}");
        request
            .headers
            .insert("authorization", bearer.parse().unwrap());
        request
            .headers
            .insert("content-type", "application/json".parse().unwrap());
        request.body = Bytes::from(error("x").to_string());
        block_on(scene.edge.request(request))
    };
    let (_, other) = block_on(scene.edge.user());
    from("203.0.113.9", &scene.token).expect(201);
    from("203.0.113.9", &other).expect(201);
    let refused = from("203.0.113.9", &other);
    let policy = &refused.response.headers()["ratelimit-policy"];
    assert!(policy.to_str().unwrap().contains("q=2;"), "{policy:?}");
    refused.expect_problem(429, "rate_limited");
    from("203.0.113.10", &other).expect(201);
}

#[test]
fn twice_the_same_key_is_kept_once() {
    let scene = Scene::new();
    let send = |message: &str| {
        let mut request = Request::new(Method::POST, "/v1/errors");
        for (name, value) in [
            ("authorization", format!("Bearer {}", scene.token).as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", "k1"),
        ] {
            request.headers.insert(name, value.parse().unwrap());
        }
        request.body = Bytes::from(error(message).to_string());
        block_on(scene.edge.request(request))
    };
    let first = send("x").expect(201);
    assert_eq!(send("x").expect(201), first);
    send("y").expect_problem(422, "idempotency_key_reused");
    assert_eq!(scene.group()["count"], 1);
}

#[test]
fn the_reporters_clock_is_believed_within_a_week() {
    let scene = Scene::new();
    let now = scene.edge.ctx().now();
    for (reported, kept) in [
        (now.plus(DAY), now),
        (now.plus(-DAY), now.plus(-DAY)),
        (now.plus(-30 * DAY), now.plus(-7 * DAY)),
    ] {
        let mut body = error(&format!("case {reported}"));
        body["fingerprint"] = reported.to_string().into();
        body["timestamp"] = reported.to_string().into();
        let id = scene.report(&body).expect(201)["id"].clone();
        let log = block_on(scene.edge.store().get::<ErrorLog>(id.as_str().unwrap()))
            .unwrap()
            .unwrap();
        assert_eq!(log.timestamp, kept);
    }
}

#[test]
fn two_at_once_of_a_new_kind_make_one_group() {
    let scene = Scene::new();
    let twin = scene.edge.another(&api());
    block_on(twin.store().migrate()).unwrap();
    let body = error("x");
    let sends = (0..12).map(|n| {
        let edge = if n % 2 == 0 { &scene.edge } else { &twin };
        edge.send(Method::POST, "/v1/errors", &scene.token, &body)
    });
    for answer in block_on(join_all(sends)) {
        answer.expect(201);
    }
    assert_eq!(scene.group()["count"], 12);
    assert_eq!(scene.count::<ErrorLink>(), 12);
}

#[test]
fn of_a_flood_the_newest_hundred_are_kept_and_all_are_counted() {
    let scene = Scene::new();
    for round in 0..3 {
        scene.edge.advance(1000);
        let errors: Vec<Value> = (0..60).map(|_| error(&format!("round {round}"))).collect();
        scene.batch(&errors).expect(201);
    }
    let group = scene.group();
    assert_eq!(group["count"], 180);
    assert_eq!(
        (scene.count::<ErrorLog>(), scene.count::<ErrorLink>()),
        (100, 100)
    );
    let kept = scene.errors_of(&group);
    let of = |round: &str| {
        kept.iter()
            .filter(|e| e["errorMessage"] == format!("round {round}"))
            .count()
    };
    assert_eq!((of("0"), of("1"), of("2")), (0, 40, 60));
}

#[test]
fn what_was_kept_too_much_at_once_goes_with_the_next_report() {
    let scene = Scene::new();
    scene.batch(&vec![error("x"); 100]).expect(201);
    let group_id = scene.group()["id"].as_str().unwrap().to_owned();
    // As two leave it that read the same before either of them commits.
    let batch = (0..10).fold(Batch::new(), |batch, n| {
        let (log, link) = (ErrorLog::default(), format!("surplus-{n}"));
        batch
            .insert(&ErrorLog {
                id: link.clone(),
                ..log
            })
            .insert(&ErrorLink {
                id: link,
                group_id: group_id.clone(),
                created_at: scene.edge.ctx().now().plus(-1),
            })
    });
    block_on(scene.edge.store().commit(batch)).unwrap();
    scene.report(&error("x")).expect(201);
    assert_eq!(scene.count::<ErrorLink>(), 100);
    assert_eq!(scene.count::<ErrorLog>(), 100);
}

#[test]
fn one_that_is_reported_late_makes_its_group_older() {
    let scene = Scene::new();
    let now = scene.edge.ctx().now();
    scene.report(&error("x")).expect(201);
    let mut late = error("x");
    late["timestamp"] = now.plus(-DAY).to_string().into();
    scene.report(&late).expect(201);
    scene.report(&error("x")).expect(201);
    let group = scene.group();
    assert_eq!(group["firstSeenAt"], now.plus(-DAY).to_string());
    assert_eq!(group["lastSeenAt"], now.to_string());
}

#[test]
fn a_batch_of_the_longest_errors_is_kept() {
    let scene = Scene::new();
    let longest = json!({
        "errorType": "x".repeat(100), "errorMessage": "x".repeat(2000),
        "stackTrace": "x".repeat(10_000), "context": {"key": "x".repeat(4990)},
        "fingerprint": "x".repeat(200), "severity": "critical",
    });
    scene.batch(&vec![longest; 100]).expect(201);
    assert_eq!(scene.count::<ErrorLog>(), 100);
}

#[test]
fn an_error_in_any_script_is_kept() {
    let scene = Scene::new();
    let longest = json!({
        "errorType": "\u{1F980}".repeat(100), "errorMessage": "\u{1F980}".repeat(2000),
        "stackTrace": "\u{1F980}".repeat(10_000), "context": {"key": "\u{1F980}".repeat(4990)},
        "fingerprint": "\u{1F980}".repeat(200), "severity": "critical",
    });
    scene.report(&longest).expect(201);
}

#[test]
fn reports_are_limited_by_their_bytes() {
    let scene = Scene::with(&[("error_bytes_per_hour", "10000")]);
    let large = json!({"errorType": "t", "errorMessage": "m", "stackTrace": "x".repeat(6000)});
    scene.report(&large).expect(201);
    let refused = scene.report(&large);
    refused.expect_problem(429, "rate_limited");
    scene.report(&error("a small one")).expect(201);
}
