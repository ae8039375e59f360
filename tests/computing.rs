//! Components that compute for long: everybody else is answered meanwhile.

use std::thread;
use std::time::{Duration, Instant};

use whisper_testkit::{TestApp, json};

fn misbehaving() -> Option<TestApp> {
    TestApp::own()
        .manifest("tests/misbehaving/spin.toml")
        .start()
}

/// Threads that compute: all processors but one.
fn threads() -> u64 {
    let processors = thread::available_parallelism().unwrap().get() as u64;
    processors.saturating_sub(1).max(1)
}

fn stat(app: &TestApp, name: &str) -> u64 {
    app.control(&json!({"cmd": "stats"}))[name]
        .as_u64()
        .unwrap()
}

#[test]
fn others_are_answered_while_components_compute() {
    let Some(app) = misbehaving() else { return };
    app.get("/").send().expect(200);
    let (before, most) = (stat(&app, "instantiated"), 2 * threads());
    thread::scope(|scope| {
        for _ in 0..4 * most {
            scope.spawn(|| app.get("/compute?200").send().expect(200));
        }
        app.eventually(|| (stat(&app, "inFlight") > most).then_some(()));
        let begun = Instant::now();
        for _ in 0..10 {
            app.get("/").send().expect(200);
        }
        let took = begun.elapsed();
        assert!(stat(&app, "inFlight") > 0, "they are still at it");
        assert!(took < Duration::from_secs(1), "{took:?}");
    });
    let made = stat(&app, "instantiated") - before;
    assert!(made <= most, "{made} instances, where {most} may compute");
}

#[test]
fn who_would_wait_for_too_long_is_sent_away() {
    let Some(app) = misbehaving() else { return };
    let most = 2 * threads();
    thread::scope(|scope| {
        for _ in 0..most {
            scope.spawn(|| app.get("/compute?7000").send().expect(200));
        }
        app.eventually(|| (stat(&app, "inFlight") == most).then_some(()));
        let refused = app.get("/compute?0").send();
        assert_eq!(refused.header("retry-after"), Some("1"));
        refused.expect_problem(503, "unavailable");
    });
    app.get("/compute?0").send().expect(200);
}

/// The requests that components sent to the one that hashes passwords.
fn hashed_apart(app: &TestApp) -> usize {
    let requests = app.logged("request");
    let hashed = |entry: &&whisper_testkit::Value| entry["component"] == "passwords";
    requests.iter().filter(hashed).count()
}

#[test]
fn passwords_are_hashed_by_a_component_of_their_own() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let ann = app.person("ann");
    let sign_in = |password: &str| {
        let body = json!({"email": ann.email, "password": password});
        app.post("/v1/sessions").json(&body).send()
    };
    sign_in(&ann.password).expect(201);
    sign_in("another password").expect_problem(401, "invalid_credentials");
    app.eventually(|| (hashed_apart(&app) == 3).then_some(()));
    let line = app.log();
    assert!(!line.contains(&ann.password), "passwords are in no log");
}

#[test]
fn where_no_component_hashes_accounts_does_it_itself() {
    // The second may not be called by accounts.
    for (hashing, told) in [("", 0), ("api", 2)] {
        let app = TestApp::own().variable("password_hashing", hashing).start();
        let Some(app) = app else { return };
        let ann = app.person("ann");
        let body = json!({"email": ann.email, "password": ann.password});
        app.post("/v1/sessions").json(&body).send().expect(201);
        assert_eq!(hashed_apart(&app), 0);
        app.eventually(|| (app.log().matches("hashed_here").count() == told).then_some(()));
    }
}
