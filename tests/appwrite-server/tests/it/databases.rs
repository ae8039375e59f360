//! Answers of MariaDB and PostgreSQL to the same requests, as servers with them gave them when they were run.

use serde_json::{Value, json};

use crate::Client;
use crate::client::{ROWS, query};

/// Doubles are kept with 14 digits, and filters are bound with 17 decimals.
#[test]
fn doubles_keep_14_digits() {
    let client = Client::new();
    let third = 0.333_333_333_333_333_3;
    client.row("a", json!({"rate": third})).good();
    assert_eq!(client.read("a").good()["rate"], json!(0.333_333_333_333_33));
    assert_eq!(
        client.ids(&[query("equal", "rate", json!([third]))]),
        [""; 0]
    );
    let kept = query("equal", "rate", json!([0.333_333_333_333_33]));
    assert_eq!(client.ids(&[kept]), ["a"]);
    client.row("b", json!({"rate": f64::MAX})).good();
    assert_eq!(
        client.read("b").good()["rate"],
        json!(1.797_693_134_862_3e308)
    );
}

/// The library puts a backslash before the characters that are special to LIKE, but not before a backslash.
#[test]
fn backslashes_in_patterns_are_lost() {
    for client in [Client::new(), Client::on_postgres()] {
        client.row("a", json!({"name": r"App\Exceptions"})).good();
        client.row("b", json!({"name": "AppExceptions"})).good();
        let found =
            |method: &str, value: &str| client.ids(&[query(method, "name", json!([value]))]);
        assert_eq!(found("startsWith", r"App\Ex"), ["b"]);
        assert_eq!(found("contains", r"p\E"), ["b"]);
        assert_eq!(found("startsWith", "App"), ["a", "b"]);
        // Here it takes the sign that stands for the rest.
        assert_eq!(found("startsWith", r"App\"), [""; 0]);
        assert_eq!(found("equal", r"App\Exceptions"), ["a"]);
        client.row("c", json!({"name": "100%_"})).good();
        assert_eq!(found("contains", "0%_"), ["c"]);
        assert_eq!(found("contains", "1_0"), [""; 0]);
    }
}

/// The width of an integer's column is decided when it is made.
#[test]
fn integers_are_as_wide_as_they_were_made() {
    let client = Client::new();
    let body = json!({"required": false, "default": null, "min": -10, "max": 3_000_000_000_i64});
    let path = "/tablesdb/main/tables/things/columns/integer/count";
    let changed = client.patch(path, body).good();
    assert_eq!(changed["max"], 3_000_000_000_i64);
    let over = client.row("a", json!({"count": 2_500_000_000_i64}));
    assert_eq!(over.refused(), (400, "row_invalid_structure"));
    client.row("a", json!({"count": 2_000_000_000})).good();
}

/// Beyond 64 bits.
#[test]
fn increments_that_go_too_far() {
    for (client, expected) in [
        (Client::new(), (200, "")),
        (Client::on_postgres(), (500, "general_unknown")),
    ] {
        client.row("a", json!({"big": i64::MAX})).good();
        let path = format!("{ROWS}/a/big/increment");
        let answer = client.patch(&path, json!({"value": 5}));
        assert_eq!(answer.refused(), expected);
        assert_eq!(client.read("a").good()["big"], i64::MAX);
    }
}

/// `INSERT … ON DUPLICATE KEY UPDATE` minds every unique index.
#[test]
fn an_upsert_over_anothers_unique_value() {
    for (client, status) in [(Client::new(), 200), (Client::on_postgres(), 409)] {
        client.index("once", "unique", &["name"]);
        client.row("a", json!({"name": "x", "count": 1})).good();
        let body = json!({"data": {"name": "x", "count": 2}});
        let answer = client.put(&format!("{ROWS}/b"), body);
        assert_eq!(answer.status, status, "{answer:?}");
        let count = if status == 200 { 2 } else { 1 };
        assert_eq!(client.read("a").good()["count"], count);
        assert_eq!(client.read("b").status, 404);
    }
}

/// Text that is an operator elsewhere.
#[test]
fn new_rows_in_bulk_have_no_operators() {
    let client = Client::new();
    let text = r#"{"method":"stringConcat","values":["x"]}"#;
    client
        .post(ROWS, json!({"rows": [{"$id": "a", "note": text}]}))
        .good();
    let data = json!([{"$id": "b", "note": text}]);
    let made = json!({"action": "bulkCreate", "data": data});
    client.transact(&[made]).1.good();
    for id in ["a", "b"] {
        assert_eq!(client.read(id).good()["note"], text);
    }
}

fn touch(id: &str) -> Value {
    json!({"action": "increment", "rowId": id, "data": {"column": "count"}})
}

fn make(id: &str) -> Value {
    json!({"action": "create", "rowId": id, "data": {"count": 1}})
}

/// On MariaDB, the operations before are lost, and the commit is answered as if it had gone well.
#[test]
fn a_deadlock_on_mariadb_loses_the_first_operations() {
    let client = Client::new();
    for id in ["a", "b"] {
        client.row(id, json!({"count": 1})).good();
    }
    client.server.deadlocks();
    let one = client.transact(&[touch("a"), touch("b"), make("n1")]);
    assert_eq!(one.1.good()["status"], "committed");
    let other = client.transact(&[touch("b"), touch("a"), make("n2")]);
    assert_eq!(other.1.good()["status"], "committed");
    let count = |id: &str| client.read(id).good()["count"].clone();
    assert_eq!((count("a"), count("b")), (json!(3), json!(2)));
    assert_eq!(client.read("n2").status, 200);
    assert_eq!(client.server.deadlocked(), 1);
    // A commit that takes the rows in the order of the earlier one isn't caught.
    client.transact(&[touch("a"), touch("b")]).1.good();
    assert_eq!((count("a"), count("b")), (json!(4), json!(3)));
    assert_eq!(client.server.deadlocked(), 1);
}

#[test]
fn a_deadlock_on_postgresql_fails_the_commit() {
    let client = Client::on_postgres();
    for id in ["a", "b"] {
        client.row(id, json!({"count": 1})).good();
    }
    client.server.deadlocks();
    client.transact(&[touch("a"), touch("b")]).1.good();
    let (id, answer) = client.transact(&[touch("b"), touch("a"), make("n")]);
    assert_eq!(answer.refused(), (500, "general_unknown"));
    assert_eq!(client.status(&id), "committing");
    assert_eq!(client.read("b").good()["count"], 2);
    assert_eq!(client.read("n").status, 404);
}
