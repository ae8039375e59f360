//! Errors of statements and of connections.

use postgres_server::{PASSWORD, PostgresServer};
use serde_json::Value;
use whisper_testkit::{Gate, TestApp, json};

use super::{alone, bundle, gated, run};

fn error(app: &TestApp, url: &str, step: &Value) -> Value {
    let outcome = alone(app, url, step);
    assert!(outcome["ok"].is_null(), "{step}: {outcome}");
    outcome["error"].clone()
}

#[test]
fn a_refusal_of_the_server_names_its_code_and_what_it_is_about() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    let table = "CREATE TABLE people (name text CONSTRAINT people_name_key UNIQUE); INSERT INTO people VALUES ('ana')";
    server.sql(&url, table).unwrap();
    for what in ["execute", "query"] {
        let sql = "INSERT INTO people VALUES ($1)";
        let step = json!({ what: "a", "sql": sql, "parameters": [{"str": "ana"}] });
        let error = error(&app, &url, &step);
        assert_eq!(error["kind"], "database", "{error}");
        assert_eq!(error["severity"], "ERROR");
        assert_eq!(error["code"], "23505");
        let message = "duplicate key value violates unique constraint \"people_name_key\"";
        assert_eq!(error["message"], message);
        assert_eq!(error["detail"], "Key (name)=(ana) already exists.");
        assert_eq!(error["extras"]["constraint"], "people_name_key");
        assert_eq!(error["extras"]["table"], "people");
        assert_eq!(error["extras"]["schema"], "public");
        assert!(error["extras"]["column"].is_null(), "{error}");
        assert!(
            error["text"]
                .as_str()
                .unwrap()
                .starts_with("Error { kind: Db"),
            "{error}"
        );
    }
}

#[test]
fn statements_that_can_t_run_are_refused() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    let cases = [
        ("SELEC 1", "42601"),
        ("SELECT 1; SELECT 2", "42601"),
        ("SELECT * FROM nothing", "42P01"),
    ];
    for (sql, code) in cases {
        for what in ["execute", "query"] {
            let error = error(&app, &url, &json!({ what: "a", "sql": sql }));
            assert_eq!(error["kind"], "database", "{sql}: {error}");
            assert_eq!(error["code"], code);
        }
    }
    let step = json!({ "execute": "a", "sql": "SELECT $1::int4", "parameters": [] });
    let error = error(&app, &url, &step);
    assert_eq!(error["kind"], "query");
    assert!(
        error["text"].as_str().unwrap().contains("Parameters(0, 1)"),
        "{error}"
    );
}

#[test]
fn an_error_in_the_middle_of_a_result_is_its_end() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    let sql = "SELECT 1 / (3 - g) FROM generate_series(1, 9) g";
    let steps = json!([
        { "open": "a", "address": url },
        { "start": "rows", "on": "a", "sql": sql },
        { "next": "rows", "rows": 2 },
        { "end": "rows" },
        { "open_blocking": "b", "address": url },
        { "query": "b", "sql": sql },
        { "execute": "b", "sql": "SELECT 1" },
    ]);
    let outcomes = run(&app, &steps);
    assert_eq!(outcomes[2]["ok"], 2);
    assert_eq!(outcomes[3]["error"]["kind"], "database", "{outcomes:?}");
    assert_eq!(outcomes[3]["error"]["code"], "22012");
    // All at once, only a text is left of it, as on Spin.
    assert_eq!(outcomes[5]["error"]["kind"], "query", "{outcomes:?}");
    let text = outcomes[5]["error"]["text"].as_str().unwrap();
    assert!(text.contains("22012"), "{text}");
    assert_eq!(outcomes[6]["ok"], 1, "the connection is as good as before");
}

#[test]
fn a_password_is_never_told() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(mut app) = bundle(server) else {
        return;
    };
    let url = server.fresh_database();
    let port = server.port();
    let secret = "se-cret-pass";
    let wrong = url.replace(PASSWORD, secret);
    let cases = [
        (wrong.clone(), "password authentication failed"),
        (url.replace("/test_", "/no_"), "does not exist"),
        (format!("{wrong}?sslmode=require"), "does not support TLS"),
        (format!("{wrong}?{secret}=1"), "invalid connection string"),
        (
            format!("host=127.0.0.1 port={port} password={secret} x{secret}"),
            "invalid connection string",
        ),
        (
            format!("postgres://u:{secret}@127.0.0.2:{port}/a"),
            "address postgres://127.0.0.2",
        ),
    ];
    for (address, expected) in cases {
        for open in ["open", "open_blocking"] {
            let outcome = run(&app, &json!([{ open: "a", "address": address }])).remove(0);
            let error = outcome["error"].to_string();
            assert_eq!(outcome["error"]["kind"], "connection", "{error}");
            assert!(error.contains(expected), "{expected}: {error}");
            assert!(!error.contains(secret), "{error}");
            assert!(!error.contains(PASSWORD), "{error}");
        }
    }
    assert!(app.stop());
    let log = app.log();
    assert!(!log.contains(secret) && !log.contains(PASSWORD), "{log}");
}

#[test]
fn a_server_that_goes_away_is_an_error_and_one_that_comes_back_is_used() {
    let Some(server) = postgres_server::start() else {
        return;
    };
    let gate = Gate::new();
    let Some(app) = gated(&server, &gate) else {
        return;
    };
    let url = server.fresh_database();
    let large = "SELECT g, repeat('x', 10000) FROM generate_series(1, 100000) g";
    let steps = json!([
        { "open": "a", "address": url },
        { "open": "b", "address": url },
        { "start": "rows", "on": "b", "sql": large },
        { "next": "rows", "rows": 3 },
        { "fetch": gate.origin() },
        { "execute": "a", "sql": "SELECT 1" },
        { "end": "rows" },
        { "open": "c", "address": url },
        { "fetch": gate.origin() },
        { "open": "d", "address": url },
        { "query": "d", "sql": "SELECT 1" },
        { "execute": "a", "sql": "SELECT 1" },
    ]);
    let outcomes = std::thread::scope(|scope| {
        let running = scope.spawn(|| run(&app, &steps));
        away_and_back(&app, &gate, &server);
        running.join().unwrap()
    });
    assert_eq!(outcomes[3]["ok"], 3, "{outcomes:?}");
    for failed in [5, 6, 7, 11] {
        let kind = if failed == 7 { "connection" } else { "query" };
        let error = &outcomes[failed]["error"];
        assert!(
            error["kind"] == kind || error["kind"] == "database",
            "{failed}: {outcomes:?}"
        );
    }
    assert_eq!(outcomes[10]["ok"]["rows"], json!([["DbValue::Int32(1)"]]));
}

fn away_and_back(app: &TestApp, gate: &Gate, server: &PostgresServer) {
    let caller = gate.caller(app);
    server.crash().unwrap();
    caller.answer();
    let caller = gate.caller(app);
    server.start_again().unwrap();
    caller.answer();
}
