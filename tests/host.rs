//! The embedded host: grants, limits and the end of a component that misbehaves.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;

use whisper_testkit::{Gate, TestApp, json};

/// The same component with a key-value store, and a server that it may call.
const GATE: &str = "tests/misbehaving/gate.toml";

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
    let reply = app.get("/panic").send();
    let problem = reply.expect_host_problem(502, "component_trapped");
    assert_eq!(
        problem["detail"],
        "The component stopped before it answered."
    );
    assert_eq!(text(&app, "/"), "1", "a fresh instance answers");
}

#[test]
fn a_component_has_as_much_memory_as_it_is_given_and_no_more() {
    let Some(app) = misbehaving(&[]) else { return };
    assert_eq!(text(&app, "/hog?48"), "48", "by default it has enough");
    let Some(app) = misbehaving(&["--memory-limit", "32"]) else {
        return;
    };
    assert_eq!(text(&app, "/hog?8"), "8");
    let reply = app.get("/hog?48").send();
    let problem = reply.expect_host_problem(502, "component_trapped");
    assert_eq!(
        problem["detail"],
        "The component needed more memory than it may have."
    );
    assert_eq!(text(&app, "/"), "1", "a fresh instance answers");
}

#[test]
fn a_request_without_a_usable_host_is_a_400() {
    let Some(app) = misbehaving(&[]) else { return };
    let reply = app.get("/").header("host", "a b").send();
    reply.expect_host_problem(400, "invalid_host");
}

/// Sends a head as it is, and returns the answer as text.
fn raw(app: &TestApp, request_line: &str, header: &[u8]) -> String {
    let address = app.base().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let mut head = format!("{request_line} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    head.push_str("content-length: 0\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(header).unwrap();
    stream.write_all(b"\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_header_that_is_no_text_is_refused_as_on_spin() {
    let Some(app) = misbehaving(&[]) else { return };
    for header in [&b"x-name: J\xfcrgen"[..], b"content-type: text/\xff"] {
        let answer = raw(&app, "GET /", header);
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        assert!(answer.contains("\"invalid_header\""), "{answer}");
    }
    let utf8 = raw(&app, "GET /", "x-name: Jürgen".as_bytes());
    assert!(utf8.starts_with("HTTP/1.1 200 "), "{utf8}");
}

#[test]
fn a_header_that_means_something_may_be_ascii_alone() {
    let app = TestApp::start();
    for header in [
        "content-type: application/jsön",
        "idempotency-key: ключ",
        "authorization: Bearer ключ",
    ] {
        let answer = raw(&app, "POST /v1/accounts", header.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 400 "), "{header}: {answer}");
        assert!(answer.contains("\"invalid_header\""), "{header}: {answer}");
        let name = header.split(':').next().unwrap();
        assert!(answer.contains(name), "{answer}");
    }
}

#[test]
fn a_method_is_repeated_in_part() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let method = "M".repeat(20_000);
    let answer = raw(&app, &format!("{method} /v1/accounts"), b"x: y");
    assert!(answer.starts_with("HTTP/1.1 405 "), "{}", &answer[..40]);
    assert!(answer.len() < 1000, "{} bytes", answer.len());
    let logged = app.eventually(|| app.logged("request").pop());
    assert_eq!(logged["method"], "M".repeat(20));
}

#[test]
fn the_codes_of_the_host_stand_in_the_document() {
    let app = TestApp::start();
    let document = app.get("/v1/openapi.json").send().expect(200);
    let codes = &document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"];
    for code in [
        "component_trapped",
        "component_timeout",
        "invalid_host",
        "invalid_header",
        "request_timeout",
        "unavailable",
    ] {
        assert!(codes.as_array().unwrap().contains(&json!(code)), "{code}");
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
fn a_component_that_never_yields_after_its_answer_is_stopped() {
    let gate = Gate::new();
    let Some(app) = TestApp::own()
        .manifest(GATE)
        .variable("gate", &gate.origin())
        .argument("--request-timeout")
        .argument("1s")
        .start()
    else {
        return;
    };
    assert_eq!(text(&app, "/after"), "1");
    gate.caller(&app).answer();
    let stopped = app.eventually(|| app.logged("component_stopped").pop());
    assert_eq!(stopped["component"], "misbehaving");
    assert_eq!(
        stopped["reason"],
        "computed for 1 s without waiting for anything"
    );
    assert_eq!(text(&app, "/"), "1", "a fresh instance answers");
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
    // Granted, but no server listens on the port.
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
fn a_variable_that_the_manifest_lacks_is_refused_by_name() {
    let output = std::process::Command::new(whisper_testkit::binary())
        .args(["up", "--no-build", "--listen", "127.0.0.1:0", "--from"])
        .arg(whisper_testkit::root().join("tests/misbehaving/spin.toml"))
        .arg("--data-dir")
        .arg(tempfile::tempdir().unwrap().path())
        .args(["--variable", "greting=hi", "--variable", "other=1"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    for name in ["greting", "other"] {
        let wanted = format!("--variable {name}: the manifest has no such variable");
        assert!(said.contains(&wanted), "{said}");
    }
}

#[test]
fn a_variable_of_the_command_line_replaces_the_default() {
    let Some(app) = misbehaving(&["--variable", "greeting=good day"]) else {
        return;
    };
    assert_eq!(text(&app, "/variable?greeting"), "value good day, you");
}

#[test]
fn a_key_value_store_keeps_what_is_put_into_it() {
    let Some(mut app) = TestApp::own().manifest(GATE).start() else {
        return;
    };
    assert_eq!(text(&app, "/kv/get/a"), "none");
    assert_eq!(text(&app, "/kv/keys"), "");
    for (key, value) in [("a", "1"), ("b", "2"), ("a", "3")] {
        assert_eq!(text(&app, &format!("/kv/set/{key}/{value}")), "set");
    }
    assert_eq!(text(&app, "/kv/get/a"), "value 3", "the later one");
    assert_eq!(text(&app, "/kv/get/b"), "value 2");
    assert_eq!(text(&app, "/kv/keys"), "a b");
    assert_eq!(text(&app, "/kv/exists/b"), "true");
    assert_eq!(text(&app, "/kv/delete/b"), "deleted");
    assert_eq!(text(&app, "/kv/delete/b"), "deleted", "gone is gone");
    assert_eq!(text(&app, "/kv/exists/b"), "false");
    assert!(app.stop());
    let app = app.restart();
    assert_eq!(text(&app, "/kv/keys"), "a");
    assert_eq!(text(&app, "/kv/get/a"), "value 3");
}

#[test]
fn key_value_stores_need_a_grant_and_only_the_default_exists() {
    let Some(app) = TestApp::own().manifest(GATE).start() else {
        return;
    };
    assert_eq!(text(&app, "/kv/open/default"), "opened");
    assert_eq!(text(&app, "/kv/open/other"), "error Error::AccessDenied");
    let Some(app) = misbehaving(&[]) else { return };
    assert_eq!(text(&app, "/kv/open/default"), "error Error::AccessDenied");
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

#[test]
fn the_clock_of_components_starts_with_its_offset() {
    let Some(app) = misbehaving(&["--clock-offset", "25h"]) else {
        return;
    };
    let seconds = |app: &TestApp| text(app, "/time").parse::<u64>().unwrap();
    let here = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let ahead = seconds(&app) - here;
    assert!((25 * 3600..26 * 3600).contains(&ahead), "{ahead} s");
    let before = seconds(&app);
    app.advance("48h");
    assert!(seconds(&app) >= before + 48 * 3600);
}

#[test]
fn a_second_start_takes_the_compiled_components_from_the_cache() {
    let cache = tempfile::tempdir().unwrap();
    let path = cache.path().to_str().unwrap();
    let Some(mut first) = misbehaving(&["--cache-dir", path]) else {
        return;
    };
    let took = |app: &TestApp| app.listening()["startedInMs"].as_u64().unwrap();
    let compiling = took(&first);
    let kept = files(cache.path());
    assert!(!kept.is_empty(), "nothing was kept");
    assert!(first.stop());
    let second = first.restart();
    assert!(
        took(&second) < compiling,
        "{} ms, and {compiling} ms with the compiler",
        took(&second)
    );
    assert_eq!(files(cache.path()), kept, "nothing was compiled again");
}

/// Every file below a folder.
fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}
