//! The embedded host: grants, limits and what happens to a component that misbehaves.

use std::thread;

use whisper_testkit::{TestApp, json};

fn misbehaving(arguments: &[&str]) -> Option<TestApp> {
    let mut builder = TestApp::own().manifest("tests/misbehaving/spin.toml");
    for argument in arguments {
        builder = builder.argument(argument);
    }
    builder.start()
}

fn text(app: &TestApp, path: &str) -> String {
    let reply = app.get(path).send();
    assert_eq!(reply.status, 200, "{path}: {}", reply.text);
    reply.text
}

#[test]
fn a_component_that_traps_is_a_502_and_the_next_request_is_served() {
    let Some(app) = misbehaving(&[]) else { return };
    for path in ["/panic", "/hog"] {
        let reply = app.get(path).send();
        let problem = reply.expect_host_problem(502, "component_trapped");
        assert!(problem["detail"].is_string());
        assert_eq!(
            text(&app, "/"),
            "1",
            "a fresh instance answers after {path}"
        );
    }
}

#[test]
fn a_component_that_never_yields_is_stopped_and_others_are_served() {
    let Some(app) = misbehaving(&["--request-timeout", "2s"]) else {
        return;
    };
    thread::scope(|scope| {
        let looping = scope.spawn(|| app.get("/loop").send());
        // Another component goes on while the first one burns its time.
        assert_eq!(app.get("/items/1/parts").send().status, 200);
        looping
            .join()
            .unwrap()
            .expect_host_problem(504, "component_timeout");
    });
    assert_eq!(app.get("/").send().status, 200);
}

#[test]
fn an_instance_serves_many_requests() {
    let Some(app) = misbehaving(&[]) else { return };
    let first: u32 = text(&app, "/").parse().unwrap();
    let second: u32 = text(&app, "/").parse().unwrap();
    assert_eq!((first, second), (1, 2));
}

#[test]
fn outbound_requests_need_a_grant() {
    let Some(app) = misbehaving(&[]) else { return };
    let denied = text(&app, "/fetch?http://127.0.0.1:2/");
    assert!(denied.contains("HttpRequestDenied"), "{denied}");
    // Granted, and nobody listens there.
    let granted = text(&app, "/fetch?http://127.0.0.1:1/");
    assert!(
        granted.starts_with("error") && !granted.contains("Denied"),
        "{granted}"
    );
    let other = text(&app, "/items/1/parts/fetch");
    assert_eq!(
        other, "1",
        "the path is the whole path, so this component answers its count"
    );
}

#[test]
fn databases_need_a_grant_and_only_the_default_exists() {
    let Some(app) = misbehaving(&[]) else { return };
    assert_eq!(text(&app, "/open?default"), "opened");
    assert!(text(&app, "/open?other").starts_with("error"));
}

#[test]
fn attach_is_refused_and_one_statement_runs_at_a_time() {
    let Some(app) = misbehaving(&[]) else { return };
    assert!(text(&app, "/execute?ATTACH+'/tmp/x.db'+AS+other").starts_with("error"));
    assert_eq!(
        text(&app, "/execute?SELECT+1;SELECT+2+UNION+SELECT+3"),
        "1 rows"
    );
    assert!(text(&app, "/execute?SELEC+1").starts_with("error"));
}

#[test]
fn a_component_sees_only_its_own_variables() {
    let Some(app) = misbehaving(&[]) else { return };
    assert_eq!(text(&app, "/variable?greeting"), "value hello, you");
    assert!(text(&app, "/variable?hidden").starts_with("error"));
}

#[test]
fn spin_headers_come_from_the_host_alone() {
    let Some(app) = misbehaving(&[]) else { return };
    let reply = app
        .get("/headers")
        .header("spin-client-addr", "203.0.113.9:1")
        .header("spin-path-match-id", "forged")
        .send();
    assert!(
        reply.text.contains("spin-client-addr: 127.0.0.1:"),
        "{}",
        reply.text
    );
    assert!(!reply.text.contains("203.0.113.9"), "{}", reply.text);
    assert!(!reply.text.contains("forged"), "{}", reply.text);
    assert!(
        reply.text.contains("spin-raw-component-route: /..."),
        "{}",
        reply.text
    );
    assert!(
        reply.text.contains("spin-path-info: /headers"),
        "{}",
        reply.text
    );
}

#[test]
fn a_graceful_stop_ends_with_success_and_leaves_no_log_behind() {
    let Some(mut app) = misbehaving(&[]) else {
        return;
    };
    text(&app, "/execute?PRAGMA+journal_mode=WAL");
    text(&app, "/execute?CREATE+TABLE+t(a)");
    text(&app, "/execute?INSERT+INTO+t+VALUES(1)");
    assert!(app.stop(), "SIGTERM is a normal end");
    let left = std::fs::read_dir(app.data_dir())
        .unwrap()
        .filter_map(Result::ok)
        .filter(|f| f.file_name().to_string_lossy().ends_with("-wal"))
        .any(|f| f.metadata().is_ok_and(|m| m.len() > 0));
    assert!(!left, "the write-ahead log was checkpointed");
    let app = app.restart();
    assert_eq!(text(&app, "/execute?SELECT+a+FROM+t"), "1 rows");
}

#[test]
fn a_second_host_on_the_same_data_is_refused() {
    let Some(app) = misbehaving(&[]) else { return };
    let output = std::process::Command::new(whisper_testkit::binary())
        .args(["up", "--no-build", "--listen", "127.0.0.1:0", "--from"])
        .arg(whisper_testkit::root().join("tests/misbehaving/spin.toml"))
        .arg("--data-dir")
        .arg(app.data_dir())
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).to_lowercase();
    assert!(
        said.contains("in use") || said.contains("another"),
        "{said}"
    );
}

#[test]
fn the_control_socket_moves_the_clock() {
    let Some(app) = misbehaving(&[]) else { return };
    let before = app.control(&json!({"cmd": "now"}))["now"]
        .as_str()
        .unwrap()
        .to_owned();
    app.advance("25h");
    let after = app.control(&json!({"cmd": "now"}))["now"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(after > before, "{before} {after}");
    assert_ne!(before[..10], after[..10], "the next day");
}
