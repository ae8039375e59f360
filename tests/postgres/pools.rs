//! Connections and their pools.

use postgres_server::PostgresServer;
use whisper_testkit::json;

use super::{bundle, query, run, run_at};

/// The server's process of a connection.
const BACKEND: &str = "SELECT pg_backend_pid()::text";

/// How many connections a database has, the one that asks left out.
fn connections(server: &PostgresServer, url: &str) -> String {
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    server.sql(url, others).unwrap()
}

#[test]
fn nothing_connects_before_a_component_opens_a_connection() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    run(&app, &json!([{ "close": "a" }]));
    assert_eq!(connections(server, &url), "0");
    run(&app, &json!([{ "open": "a", "address": url }]));
    assert_eq!(connections(server, &url), "1", "it stays in the pool");
}

#[test]
fn a_connection_that_was_dropped_is_used_again() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    let first = query(&app, &url, BACKEND);
    assert_eq!(query(&app, &url, BACKEND), first);
    let steps = json!([
        { "open": "a", "address": url },
        { "open": "b", "address": url },
        { "query": "a", "sql": BACKEND },
        { "query": "b", "sql": BACKEND },
    ]);
    let outcomes = run(&app, &steps);
    let held = [&outcomes[2]["ok"]["rows"], &outcomes[3]["ok"]["rows"]];
    assert_ne!(held[0], held[1], "two that are held are two");
    assert!(held.contains(&&first), "{outcomes:?}");
    assert_eq!(connections(server, &url), "2");
    // Another component has a pool of its own.
    run_at(&app, "/other", &json!([{ "open": "a", "address": url }]));
    assert_eq!(connections(server, &url), "3");
}

#[test]
fn settings_and_what_belongs_to_a_session_don_t_outlive_it() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    let steps = json!([
        { "open": "a", "address": url },
        { "execute": "a", "sql": "SET work_mem = '7MB'" },
        { "execute": "a", "sql": "CREATE TEMPORARY TABLE mine (n int)" },
        { "query": "a", "sql": BACKEND },
        { "close": "a" },
        { "open": "a", "address": url },
        { "query": "a", "sql": BACKEND },
        { "query": "a", "sql": "SELECT current_setting('work_mem') <> '7MB'" },
        { "execute": "a", "sql": "SELECT * FROM mine" },
    ]);
    let outcomes = run(&app, &steps);
    assert_eq!(outcomes[6]["ok"], outcomes[3]["ok"], "the same one");
    assert_eq!(
        outcomes[7]["ok"]["rows"],
        json!([["DbValue::Boolean(true)"]])
    );
    assert_eq!(outcomes[8]["error"]["code"], "42P01");
}

#[test]
fn a_transaction_is_its_connection_s() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    server.sql(&url, "CREATE TABLE t (n int)").unwrap();
    let count = "SELECT count(*) FROM t";
    let steps = json!([
        { "open": "a", "address": url },
        { "open": "b", "address": url },
        { "execute": "a", "sql": "BEGIN" },
        { "execute": "a", "sql": "INSERT INTO t VALUES (1), (2)" },
        { "query": "a", "sql": count },
        { "query": "b", "sql": count },
        { "execute": "a", "sql": "COMMIT" },
        { "query": "b", "sql": count },
        { "execute": "b", "sql": "BEGIN" },
        { "execute": "b", "sql": "DELETE FROM t" },
        { "execute": "b", "sql": "ROLLBACK" },
        { "query": "a", "sql": count },
    ]);
    let outcomes = run(&app, &steps);
    let counted = |index: usize| outcomes[index]["ok"]["rows"][0][0].clone();
    assert_eq!(outcomes[3]["ok"], 2);
    assert_eq!(counted(4), "DbValue::Int64(2)");
    assert_eq!(counted(5), "DbValue::Int64(0)");
    assert_eq!(counted(7), "DbValue::Int64(2)");
    assert_eq!(outcomes[9]["ok"], 2);
    assert_eq!(counted(11), "DbValue::Int64(2)");
}

#[test]
fn a_transaction_that_was_left_open_is_the_next_one_s() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    server.sql(&url, "CREATE TABLE t (n int)").unwrap();
    let left = json!([
        { "open": "a", "address": url },
        { "execute": "a", "sql": "BEGIN" },
        { "execute": "a", "sql": "INSERT INTO t VALUES (1)" },
    ]);
    run(&app, &left);
    let next = json!([
        { "open": "a", "address": url },
        { "query": "a", "sql": "SELECT count(*) FROM t" },
        { "execute": "a", "sql": "ROLLBACK" },
        { "query": "a", "sql": "SELECT count(*) FROM t" },
    ]);
    let outcomes = run(&app, &next);
    let counted = |index: usize| outcomes[index]["ok"]["rows"][0][0].clone();
    assert_eq!(counted(1), "DbValue::Int64(1)", "as on Spin");
    assert_eq!(counted(3), "DbValue::Int64(0)");
    // One that failed can't be recycled: its connection goes.
    let failed = json!([
        { "open": "a", "address": url },
        { "query": "a", "sql": BACKEND },
        { "execute": "a", "sql": "BEGIN" },
        { "execute": "a", "sql": "SELECT 1 / 0" },
        { "close": "a" },
        { "open": "a", "address": url },
        { "query": "a", "sql": BACKEND },
    ]);
    let outcomes = run(&app, &failed);
    assert_eq!(outcomes[3]["error"]["code"], "22012");
    assert_ne!(outcomes[6]["ok"], outcomes[1]["ok"]);
    assert_eq!(outcomes[6]["error"], json!(null));
}

#[test]
fn one_more_than_a_pool_has_waits_for_one_to_be_given_back() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    let crowd = |connections: u32| {
        let step = json!([{ "crowd": url, "connections": connections }]);
        run(&app, &step).remove(0)
    };
    assert_eq!(crowd(63)["ok"], json!({ "waited": false }));
    assert_eq!(crowd(64)["ok"], json!({ "waited": true }));
    assert_eq!(connections(server, &url), "64");
}

#[test]
fn a_connection_of_an_instance_that_traps_goes_back() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    let lives = query(&app, &url, BACKEND);
    let steps = json!([{ "open": "a", "address": url }, { "panic": "" }]);
    let reply = app.post("/").json(&steps).send();
    reply.expect_host_problem(502, "component_trapped");
    assert_eq!(query(&app, &url, BACKEND), lives);
}

#[test]
fn the_pools_of_the_addresses_that_were_used_last_are_kept() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    let open = |name: u32| {
        let address = format!("{url}?application_name=n{name}");
        let steps = json!([{ "open": "a", "address": address }, { "query": "a", "sql": BACKEND }]);
        run(&app, &steps).remove(1)["ok"]["rows"].clone()
    };
    let first: Vec<_> = (0..16).map(open).collect();
    assert_eq!(connections(server, &url), "16");
    assert_eq!(open(0), first[0]);
    open(16);
    app.eventually(|| (connections(server, &url) == "16").then_some(()));
    assert_eq!(open(0), first[0]);
    assert_ne!(open(1), first[1], "it was the one used longest ago");
}

#[test]
fn a_statement_that_ran_before_sees_its_table_as_it_is_now() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    let ask = json!({ "query": "a", "sql": "SELECT * FROM t WHERE n > $1", "parameters": [{"int32": 0}] });
    let add = json!({ "execute": "a", "sql": "INSERT INTO t (n) VALUES ($1)", "parameters": [{"int32": 1}] });
    let steps = json!([
        { "open": "a", "address": url },
        { "execute": "a", "sql": "CREATE TABLE t (n int)" },
        add,
        ask,
        { "execute": "a", "sql": "ALTER TABLE t ADD m text" },
        ask,
        { "execute": "a", "sql": "DEALLOCATE ALL" },
        ask,
        add,
        ask,
        { "execute": "a", "sql": "DROP TABLE t" },
        ask,
    ]);
    let outcomes = run(&app, &steps);
    let one = "DbValue::Int32(1)";
    let both = json!([[one, "DbValue::DbNull"]]);
    assert_eq!(outcomes[3]["ok"]["rows"], json!([[one]]));
    assert_eq!(outcomes[5]["ok"]["rows"], both, "{outcomes:?}");
    assert_eq!(outcomes[7]["ok"]["rows"], both, "{outcomes:?}");
    assert_eq!(outcomes[8]["ok"], 1);
    assert_eq!(outcomes[9]["ok"]["rows"].as_array().unwrap().len(), 2);
    assert_eq!(outcomes[11]["error"]["code"], "42P01");
}
