//! The embedded host's `spin:postgres`, through a component that does what a test tells it, on a server of the tests' own.
//!
//! Needs the programs of PostgreSQL. Without them its tests are skipped, and say so.

mod errors;
mod grants;
mod pools;
mod streams;
mod tls;
mod values;

use postgres_server::PostgresServer;
use serde_json::Value;
use whisper_testkit::{Gate, TestApp, json};

const MANIFEST: &str = "tests/postgres-guest/spin.toml";

/// A bundle whose components, but for the one that is refused, may reach a server.
fn bundle(server: &PostgresServer) -> Option<TestApp> {
    builder(server).start()
}

/// The same, which may call the gate too.
fn gated(server: &PostgresServer, gate: &Gate) -> Option<TestApp> {
    builder(server).variable("gate", &gate.origin()).start()
}

fn builder(server: &PostgresServer) -> whisper_testkit::Builder {
    let granted = format!("postgres://127.0.0.1:{}", server.port());
    TestApp::own()
        .manifest(MANIFEST)
        .variable("server", &granted)
}

/// The outcomes of steps, done in one request to one of the components.
fn run_at(app: &TestApp, path: &str, steps: &Value) -> Vec<Value> {
    let outcomes = app.post(path).json(steps).send().expect(200);
    let outcomes = outcomes.as_array().unwrap().clone();
    assert_eq!(outcomes.len(), steps.as_array().unwrap().len(), "{steps}");
    outcomes
}

/// The outcomes of steps.
fn run(app: &TestApp, steps: &Value) -> Vec<Value> {
    run_at(app, "/", steps)
}

/// The outcome of one step on a connection of its own.
fn alone(app: &TestApp, url: &str, step: &Value) -> Value {
    let steps = json!([{ "open": "a", "address": url }, step]);
    run(app, &steps).pop().unwrap()
}

/// The rows of a query, on a connection of its own.
fn query(app: &TestApp, url: &str, sql: &str) -> Value {
    let outcome = alone(app, url, &json!({ "query": "a", "sql": sql }));
    assert!(outcome["error"].is_null(), "{sql}: {outcome}");
    outcome["ok"]["rows"].clone()
}
