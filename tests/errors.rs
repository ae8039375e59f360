//! Errors: reports of apps, reports of the host and of components, and the operator's work on them.

use rusqlite::Connection;
use whisper_testkit::{Person, Reply, Route, TestApp, Value, json};

fn operator(app: &TestApp, method: &str, path: &str) -> Reply {
    app.call(method, path).bearer(app.operator_key()).send()
}

fn groups(app: &TestApp, query: &str) -> Vec<Value> {
    let list = operator(app, "GET", &format!("/internal/errors{query}")).expect(200);
    list["items"].as_array().unwrap().clone()
}

fn error(message: &str) -> Value {
    json!({"errorType": "send_failed", "errorMessage": message})
}

fn report(app: &TestApp, who: &Person, body: &Value) -> Reply {
    who.post(app, "/v1/errors", body)
}

#[test]
fn what_apps_report_is_grouped_resolved_and_opened_again() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let ann = app.person("ann");
    for n in 0..3 {
        report(&app, &ann, &error(&format!("timeout after {n} ms"))).expect(201);
    }
    let batch = json!({"errors": [error("timeout after 9 ms"), error("no network")]});
    let ids = ann.post(&app, "/v1/errors/batch", &batch).expect(201);
    assert_eq!(ids["ids"].as_array().unwrap().len(), 2);
    let all = groups(&app, "?errorType=send_");
    let counts: Vec<i64> = all.iter().map(|g| g["count"].as_i64().unwrap()).collect();
    assert_eq!(counts.iter().sum::<i64>(), 5);
    let group = all.iter().find(|g| g["count"] == 4).unwrap();
    let path = format!("/internal/errors/{}", group["id"].as_str().unwrap());
    let kept = operator(&app, "GET", &format!("{path}/errors")).expect(200);
    assert_eq!(kept["items"].as_array().unwrap().len(), 4);
    operator(&app, "POST", &format!("{path}/resolve")).expect(200);
    assert_eq!(groups(&app, "?status=open").len(), 1);
    report(&app, &ann, &error("timeout after 1000 ms")).expect(201);
    let back = operator(&app, "GET", &path).expect(200);
    assert_eq!(
        (&back["status"], &back["reopened"]),
        (&json!("open"), &json!(1))
    );
}

#[test]
fn a_user_can_only_write_and_a_stranger_not_even_that() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let mut reports: Vec<Route> = vec![
        ("POST", "/v1/errors".into(), error("x")),
        (
            "POST",
            "/v1/errors/batch".into(),
            json!({"errors": [error("x")]}),
        ),
    ];
    app.refuses_without_token(&reports, &ann);
    reports.truncate(1);
    let reads: Vec<Route> = vec![
        ("GET", "/internal/errors".into(), Value::Null),
        ("GET", "/internal/errors/x".into(), Value::Null),
        ("GET", "/internal/errors/x/errors".into(), Value::Null),
        ("POST", "/internal/errors/x/resolve".into(), Value::Null),
        ("POST", "/internal/errors/x/reopen".into(), Value::Null),
        ("POST", "/internal/errors/host".into(), json!({})),
        ("POST", "/internal/jobs/error-retention".into(), Value::Null),
    ];
    app.refuses_all_but_operator(&reads, &ann);
    assert_eq!(groups(&app, "").len(), 0);
    app.refuses_old_tokens(&reports, &bob, &ann);
}

#[test]
fn oversize_fields_and_bodies_are_refused() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let long = json!({"errorType": "x".repeat(101), "errorMessage": "x".repeat(2001), "stackTrace": "x".repeat(10_001)});
    report(&app, &ann, &long).expect_fields(&["errorType", "errorMessage", "stackTrace"]);
    let bad = json!({"errorType": "x", "errorMessage": ""});
    let body = json!({"errors": [error("x"), bad]});
    let kept = ann.post(&app, "/v1/errors/batch", &body).expect(201);
    let refused = &kept["refused"][0];
    assert_eq!(refused["index"], 1);
    assert_eq!(refused["errors"][0]["field"], "errors[1].errorMessage");
    ann.post(&app, "/v1/errors/batch", &json!({"errors": [bad]}))
        .expect_fields(&["errors[0].errorMessage"]);
    let send = |path: &str, bytes: usize| {
        ann.call(&app, "POST", path)
            .raw("application/json", &vec![b' '; bytes])
            .send()
    };
    send("/v1/errors", 300 * 1024).expect_problem(413, "payload_too_large");
    send("/v1/errors/batch", 2 * 1024 * 1024 + 1).expect_problem(413, "payload_too_large");
    send("/v1/errors", 10).expect_problem(400, "invalid_json");
}

#[test]
fn components_that_trap_are_reported_by_the_host() {
    let faulty = TestApp::own().manifest("tests/misbehaving/faults.toml");
    let Some(app) = faulty.start() else { return };
    let trapped = app.get("/panic").send();
    let id = trapped.header("x-request-id").unwrap().to_owned();
    trapped.expect_host_problem(502, "component_trapped");
    let group = app.eventually(|| groups(&app, "?source=host").pop());
    assert_eq!(
        (&group["severity"], &group["errorType"], &group["count"]),
        (&json!("critical"), &json!("component_trapped"), &json!(1))
    );
    let message = group["errorMessage"].as_str().unwrap();
    assert!(message.starts_with("misbehaving: wasm trap: "), "{group}");
    assert!(message.contains("unreachable"), "{group}");
    let path = format!("/internal/errors/{}/errors", group["id"].as_str().unwrap());
    let kept = operator(&app, "GET", &path).expect(200);
    let context = json!({"component": "misbehaving", "requestId": id});
    assert_eq!(kept["items"][0]["context"], context);
    for n in 2..=3 {
        app.get("/panic").send();
        app.eventually(|| (groups(&app, "?source=host").pop()?["count"] == n).then_some(()));
    }
    app.get("/hog").send();
    let two = app.eventually(|| Some(groups(&app, "?source=host")).filter(|all| all.len() == 2));
    let message = two[0]["errorMessage"].as_str().unwrap();
    assert!(message.contains("more memory than it may have"), "{two:?}");
}

#[test]
fn a_component_that_takes_too_long_is_reported_by_the_host() {
    let faulty = TestApp::own()
        .manifest("tests/misbehaving/faults.toml")
        .argument("--request-timeout")
        .argument("1s");
    let Some(app) = faulty.start() else { return };
    let late = app.get("/loop").send();
    let id = late.header("x-request-id").unwrap().to_owned();
    late.expect_host_problem(504, "component_timeout");
    let group = app.eventually(|| groups(&app, "?source=host").pop());
    assert_eq!(
        (&group["errorType"], &group["count"]),
        (&json!("component_timeout"), &json!(1))
    );
    let path = format!("/internal/errors/{}/errors", group["id"].as_str().unwrap());
    let kept = operator(&app, "GET", &path).expect(200);
    assert_eq!(kept["items"][0]["context"]["requestId"], id);
}

#[test]
fn a_job_that_fails_is_reported_and_the_next_run_goes_on() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    app.person("ann");
    crate::stored::run(&app, "ALTER TABLE stories RENAME TO hidden");
    app.run_job("story-expiry").expect_problem(500, "internal");
    let group = app.eventually(|| groups(&app, "?source=function").pop());
    assert_eq!(
        (&group["errorType"], &group["status"]),
        (&json!("internal"), &json!("open"))
    );
    let path = format!("/internal/errors/{}/errors", group["id"].as_str().unwrap());
    let kept = operator(&app, "GET", &path).expect(200);
    let context = &kept["items"][0]["context"];
    assert_eq!(
        (&context["component"], &context["operation"]),
        (&json!("story-expiry"), &json!("runStoryExpiry"))
    );
    let job = |app: &TestApp| {
        let list = operator(app, "GET", "/internal/jobs").expect(200);
        let jobs = list["items"].as_array().unwrap();
        jobs.iter()
            .find(|job| job["name"] == "story-expiry")
            .unwrap()
            .clone()
    };
    let failed = job(&app);
    assert_eq!(
        (&failed["failures24h"], &failed["lastRun"]["ok"]),
        (&json!(1), &json!(false))
    );
    assert!(
        failed["lastRun"]["error"]
            .as_str()
            .unwrap()
            .contains("stories"),
        "{failed}"
    );
    crate::stored::run(&app, "ALTER TABLE hidden RENAME TO stories");
    app.run_job("story-expiry").expect(200);
    let mended = job(&app);
    assert_eq!(
        (&mended["failures24h"], &mended["lastRun"]["ok"]),
        (&json!(1), &json!(true))
    );
}

#[test]
fn the_failure_of_the_errors_own_job_is_an_error_as_well() {
    let start = TestApp::own().variable("error_retention_days", "2");
    let Some(app) = start.start() else { return };
    let ann = app.person("ann");
    report(&app, &ann, &error("x")).expect(201);
    // A trigger of PostgreSQL's has another form.
    let Some(file) = app.sqlite_file() else {
        return;
    };
    let database = Connection::open(file).unwrap();
    let trigger = "CREATE TRIGGER keep BEFORE DELETE ON errorLogs
        BEGIN SELECT RAISE(ABORT, 'it stays'); END";
    database.execute_batch(trigger).unwrap();
    app.advance("49h");
    app.run_job("error-retention")
        .expect_problem(500, "internal");
    let group = groups(&app, "?source=function").pop().unwrap();
    let message = group["errorMessage"].as_str().unwrap();
    assert!(message.contains("it stays"), "{group}");
    let path = format!("/internal/errors/{}/errors", group["id"].as_str().unwrap());
    let kept = operator(&app, "GET", &path).expect(200);
    let context = &kept["items"][0]["context"];
    assert_eq!(
        (&context["component"], &context["operation"]),
        (&json!("error-logging"), &json!("runErrorRetention"))
    );
}

#[test]
fn who_reports_too_often_is_told_by_whose_limit_and_when_to_go_on() {
    let start = TestApp::own()
        .variable("error_rate_per_minute", "3")
        .variable("error_address_rate_per_minute", "5");
    let Some(app) = start.start() else { return };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    // The limit counts by the minute: a new minute begins here.
    let now = app.control(&json!({"cmd": "now"}))["now"].clone();
    let second: u32 = now.as_str().unwrap()[17..19].parse().unwrap();
    app.advance(&format!("{}s", 60 - second));
    let refused = |who: &Person, limit: &str| {
        let refused = report(&app, who, &error("x"));
        let policy = refused.header("ratelimit-policy").unwrap();
        assert!(policy.contains(limit), "{policy}");
        let after = refused.header("retry-after").unwrap().parse::<u64>();
        assert!((1..=60).contains(&after.unwrap()));
        refused.expect_problem(429, "rate_limited");
    };
    for _ in 0..3 {
        report(&app, &ann, &error("x")).expect(201);
    }
    refused(&ann, "q=3;");
    for _ in 0..2 {
        report(&app, &bob, &error("x")).expect(201);
    }
    refused(&bob, "q=5;");
    assert_eq!(groups(&app, "")[0]["count"], 5);
    app.advance("61s");
    report(&app, &ann, &error("x")).expect(201);
}

#[test]
fn what_is_reported_is_limited_by_bytes() {
    let start = TestApp::own()
        .variable("error_bytes_per_hour", "10000")
        .variable("error_address_bytes_per_hour", "16000");
    let Some(app) = start.start() else { return };
    // The limit counts by the hour: a new hour begins here.
    let now = app.control(&json!({"cmd": "now"}))["now"].clone();
    let minute: u32 = now.as_str().unwrap()[14..16].parse().unwrap();
    app.advance(&format!("{}m", 60 - minute));
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let large = json!({"errorType": "t", "errorMessage": "m", "stackTrace": "x".repeat(6000)});
    report(&app, &ann, &large).expect(201);
    report(&app, &ann, &large).expect_problem(429, "rate_limited");
    report(&app, &ann, &error("a small one")).expect(201);
    report(&app, &bob, &large).expect(201);
    report(&app, &bob, &error("a small one")).expect(201);
    report(&app, &bob, &large).expect_problem(429, "rate_limited");
}

#[test]
fn old_errors_are_forgotten() {
    let start = TestApp::own().variable("error_retention_days", "2");
    let Some(app) = start.start() else { return };
    let ann = app.person("ann");
    report(&app, &ann, &error("x")).expect(201);
    app.advance("47h");
    assert_eq!(app.run_job("error-retention").expect(200)["done"], 0);
    app.advance("2h");
    assert_eq!(app.run_job("error-retention").expect(200)["done"], 2);
    assert_eq!(groups(&app, "").len(), 0);
}
