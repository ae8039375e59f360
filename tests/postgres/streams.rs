//! Results of many rows.

use whisper_testkit::json;

use super::{bundle, run};

#[test]
fn many_rows_arrive_in_their_order_as_they_are_read() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    let steps = json!([
        { "open": "a", "address": url },
        // Altogether more than a component may have.
        { "start": "rows", "on": "a", "sql": "SELECT repeat('x', 10000) FROM generate_series(1, 40000)" },
        { "next": "rows", "rows": 39999 },
        { "end": "rows" },
        { "query": "a", "sql": "SELECT g FROM generate_series(1, 500) g" },
    ]);
    let outcomes = run(&app, &steps);
    assert_eq!(outcomes[2]["ok"], 39999);
    assert_eq!(outcomes[3]["ok"], 1);
    let rows = outcomes[4]["ok"]["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 500);
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(row[0], format!("DbValue::Int32({})", index + 1));
    }
}

#[test]
fn a_result_that_nobody_reads_on_holds_up_nothing() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    let steps = json!([
        { "open": "a", "address": url },
        { "start": "rows", "on": "a", "sql": "SELECT g FROM generate_series(1, 100000) g" },
        { "next": "rows", "rows": 3 },
        { "forget": "rows" },
        { "query": "a", "sql": "SELECT 7" },
    ]);
    let outcomes = run(&app, &steps);
    assert_eq!(outcomes[2]["ok"], 3);
    assert_eq!(outcomes[4]["ok"]["rows"], json!([["DbValue::Int32(7)"]]));
}

#[test]
fn results_have_a_limit() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    let whole = "SELECT repeat('x', 1000000) FROM generate_series(1, 135)";
    let one = "SELECT repeat('x', 135000000)";
    let steps = json!([
        { "open_blocking": "b", "address": url },
        { "query": "b", "sql": whole },
        { "query": "b", "sql": one },
        { "open": "a", "address": url },
        { "query": "a", "sql": one },
        { "start": "rows", "on": "a", "sql": whole },
        { "end": "rows" },
    ]);
    let outcomes = run(&app, &steps);
    for index in [1, 2, 4] {
        let error = &outcomes[index]["error"];
        assert_eq!(error["kind"], "query", "{index}: {error}");
        let text = error["text"].as_str().unwrap();
        let expected = "query result exceeds limit of 134217728 bytes";
        assert!(text.starts_with(expected), "{text}");
    }
}
