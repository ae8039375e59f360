//! How the host stops: requests and jobs in flight finish, and a second signal stops at once.

use std::net::TcpStream;
use std::thread;

use whisper_testkit::{Gate, TestApp, json};

/// Exit status after a second Ctrl-C, as shells have it.
const INTERRUPTED: Option<i32> = Some(130);

/// A bundle whose `/gate` waits for an answer of this server.
fn waiting(gate: &Gate, scheduled: bool) -> Option<TestApp> {
    let mut builder = TestApp::own()
        .manifest("tests/misbehaving/gate.toml")
        .variable("gate", &gate.origin());
    if scheduled {
        builder = builder.scheduled();
    }
    builder.start()
}

/// Waits until the host takes no more connections, as soon as it stops.
fn until_refused(app: &TestApp) {
    let address = app.base().trim_start_matches("http://").to_owned();
    app.eventually(|| TcpStream::connect(&address).is_err().then_some(()));
}

#[test]
fn a_request_in_flight_finishes() {
    let gate = Gate::new();
    let Some(mut app) = waiting(&gate, false) else {
        return;
    };
    thread::scope(|scope| {
        let request = scope.spawn(|| app.get("/gate").send());
        let caller = gate.caller(&app);
        app.signal("TERM");
        until_refused(&app);
        // The host is still there.
        app.control(&json!({"cmd": "now"}));
        caller.answer();
        assert_eq!(request.join().unwrap().text, "status 200");
    });
    assert!(app.ended().success());
    assert_eq!(app.logged("stopped")[0]["finished"], true);
}

#[test]
fn a_job_in_flight_finishes() {
    let gate = Gate::new();
    let Some(mut app) = waiting(&gate, true) else {
        return;
    };
    app.advance("1m");
    let caller = gate.caller(&app);
    app.signal("TERM");
    until_refused(&app);
    app.control(&json!({"cmd": "now"}));
    caller.answer();
    assert!(app.ended().success());
    let jobs = app.logged("job");
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    assert_eq!(
        (&jobs[0]["job"], &jobs[0]["ok"]),
        (&json!("gate"), &json!(true))
    );
    assert_eq!(app.logged("stopped")[0]["finished"], true);
}

#[test]
fn a_second_signal_does_not_wait_for_requests() {
    let gate = Gate::new();
    let Some(mut app) = waiting(&gate, false) else {
        return;
    };
    thread::scope(|scope| {
        let request = scope.spawn(|| app.get("/gate").try_send().is_err());
        let _never_answered = gate.caller(&app);
        app.signal("INT");
        until_refused(&app);
        app.signal("INT");
        assert!(request.join().unwrap(), "it is cut");
    });
    assert_eq!(app.ended().code(), INTERRUPTED);
}

#[test]
fn a_second_signal_counts_while_the_host_winds_up() {
    let gate = Gate::new();
    let Some(mut app) = waiting(&gate, false) else {
        return;
    };
    // Its statement goes on for ever, on a thread that the runtime waits for.
    assert_eq!(app.get("/endless").send().text, "row true");
    app.signal("INT");
    // The last thing that the host does before its runtime winds up.
    app.eventually(|| (!app.control_socket().exists()).then_some(()));
    app.signal("INT");
    assert_eq!(app.ended().code(), INTERRUPTED);
}

#[test]
fn a_graceful_stop_ends_with_success_and_leaves_no_log_behind() {
    let gate = Gate::new();
    let Some(mut app) = waiting(&gate, false) else {
        return;
    };
    let text = |app: &TestApp, path: &str| app.get(path).send().text;
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
