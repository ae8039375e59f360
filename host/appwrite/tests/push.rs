//! Pushes to a server that enforces the limits.
#![allow(clippy::panic, clippy::unwrap_used, missing_docs)]

use std::time::Duration;

use appwrite_server::{KEY, Options, PROJECT, Server, Version};
use serde_json::{Value, json};
use ureq::http::Method;
use whisper_appwrite::remote::{Client, Plan, Progress, PushError, plan, push, state};
use whisper_appwrite::{Config, check, from_schema, read};

const PATIENCE: Duration = Duration::from_secs(60);

fn server() -> Server {
    server_of(Version::Newest)
}

fn server_of(version: Version) -> Server {
    Server::start(Options {
        storage_limit: 500_000_000,
        version,
        ..Options::default()
    })
    .unwrap()
}

fn client(server: &Server) -> Client {
    Client::new(&server.endpoint(), PROJECT, KEY)
}

fn planned(server: &Server, wanted: &Config, prune: &[&str]) -> Plan {
    let prune: Vec<String> = prune.iter().map(|name| (*name).to_owned()).collect();
    plan(wanted, &state(&client(server)).unwrap(), &prune)
}

fn pushed(server: &Server, wanted: &Config, prune: &[&str]) -> Result<(), PushError> {
    let plan = planned(server, wanted, prune);
    assert_eq!(plan.refused, []);
    assert_eq!(plan.unknown, [""; 0]);
    push(&client(server), &plan, PATIENCE, &mut |_| {})
}

/// A database with one table.
fn small(columns: &Value, indexes: &Value) -> Config {
    read(&file(columns, indexes).to_string()).unwrap()
}

fn file(columns: &Value, indexes: &Value) -> Value {
    json!({
        "tablesDB": [{"$id": "db", "name": "A database"}],
        "tables": [{
            "$id": "t", "databaseId": "db", "name": "A table", "$permissions": ["read(\"users\")"],
            "columns": columns, "indexes": indexes,
        }],
        "buckets": [{"$id": "b", "name": "A bucket", "maximumFileSize": 1000}],
    })
}

fn text(key: &str, size: u32) -> Value {
    json!({"key": key, "type": "string", "size": size, "required": false, "default": null})
}

fn places(plan: &Plan) -> Vec<String> {
    plan.changes.iter().map(ToString::to_string).collect()
}

#[test]
fn our_schema_is_pushed_once() {
    Version::ALL.into_iter().for_each(pushed_once);
}

fn pushed_once(version: Version) {
    let server = server_of(version);
    let wanted = from_schema();
    let (mut changes, mut waits) = (0, 0);
    let plan = planned(&server, &wanted, &[]);
    push(
        &client(&server),
        &plan,
        PATIENCE,
        &mut |progress| match progress {
            Progress::Change(n, of, _) => {
                changes += 1;
                assert_eq!((n, of), (changes, plan.changes.len()));
            }
            Progress::Waiting(_, making) => {
                assert!(making > 0);
                waits += 1;
            }
        },
    )
    .unwrap();
    let columns: usize = wanted.tables.iter().map(|table| table.columns.len()).sum();
    let indexes: usize = wanted.tables.iter().map(|table| table.indexes.len()).sum();
    assert_eq!(server.available(), (columns, indexes));
    assert!(waits > 0, "the server makes columns in the background");
    let all =
        wanted.databases.len() + wanted.tables.len() + wanted.buckets.len() + columns + indexes;
    assert_eq!(changes, all);
    assert_eq!(server.writes().len(), all);

    let again = planned(&server, &wanted, &[]);
    assert_eq!(again, Plan::default(), "a second push has nothing to do");
}

#[test]
fn an_interrupted_push_goes_on() {
    let server = server();
    let wanted = from_schema();
    let mut interrupted = 0;
    let mut writes = Vec::new();
    for step in [1, 3, 20, 47, 150].into_iter().cycle() {
        server.fail_after(step);
        let ended = pushed(&server, &wanted, &[]);
        server.recover();
        writes.extend(server.writes());
        match ended {
            Ok(()) => break,
            Err(PushError::Refused(_, error)) => assert_eq!(error.status, None, "{error}"),
            Err(error) => panic!("{error}"),
        }
        interrupted += 1;
    }
    assert!(interrupted > 5, "{interrupted}");
    assert_eq!(planned(&server, &wanted, &[]), Plan::default());
    let tables = writes
        .iter()
        .filter(|write| write.ends_with("/tables"))
        .count();
    assert_eq!(tables, wanted.tables.len(), "nothing was made twice");
}

#[test]
fn what_the_server_puts_off_is_tried_again() {
    let server = server();
    let wanted = small(&json!([text("a", 10)]), &json!([]));
    server.throttle(3);
    pushed(&server, &wanted, &[]).unwrap();
    assert_eq!(server.available(), (1, 0));
    server.throttle(u32::MAX);
    let error = state(&client(&server)).unwrap_err();
    assert_eq!(error.status, Some(429));
}

#[test]
fn changes_that_lose_nothing_are_made() {
    let server = server();
    let before = json!([
        text("a", 10),
        {"key": "n", "type": "integer", "required": true, "default": null, "max": 5},
        {"key": "e", "type": "string", "format": "enum", "elements": ["x"], "required": false, "default": null},
    ]);
    pushed(&server, &small(&before, &json!([])), &[]).unwrap();
    server.writes();
    let after = json!([
        text("a", 20),
        {"key": "n", "type": "integer", "required": false, "default": 7, "max": 9},
        {"key": "e", "type": "string", "format": "enum", "elements": ["y", "x"], "required": false, "default": "y"},
        text("late", 5),
    ]);
    let mut file = file(
        &after,
        &json!([{"key": "i", "type": "key", "columns": ["a", "late"], "orders": ["ASC", "DESC"]}]),
    );
    file["tables"][0]["name"] = "Renamed".into();
    file["tables"][0]["rowSecurity"] = true.into();
    file["buckets"][0]["maximumFileSize"] = 2000.into();
    let wanted = read(&file.to_string()).unwrap();
    let plan = planned(&server, &wanted, &[]);
    assert_eq!(
        places(&plan),
        [
            "~ table db.t: name \"A table\" → \"Renamed\", row security false → true",
            "~ column db.t.a: size 10 → 20",
            "~ column db.t.n: required true → false, default null → 7, maximum 5 → 9",
            "~ column db.t.e: 1 → 2 elements, default null → \"y\"",
            "+ column db.t.late",
            "+ index db.t.i",
            "~ bucket bucket:b: largest file 1000 → 2000",
        ]
    );
    pushed(&server, &wanted, &[]).unwrap();
    assert_eq!(planned(&server, &wanted, &[]), Plan::default());
    assert_eq!(server.writes().len(), 7);
}

#[test]
fn changes_that_lose_data_are_refused() {
    let server = server();
    let before = json!([
        text("shorter", 10), text("other", 10), text("list", 10),
        {"key": "fewer", "type": "string", "format": "enum", "elements": ["x", "y"], "required": false, "default": null},
    ]);
    pushed(
        &server,
        &small(
            &before,
            &json!([{"key": "i", "type": "key", "columns": ["other"]}]),
        ),
        &[],
    )
    .unwrap();
    server.writes();
    let mut list = text("list", 10);
    list["array"] = true.into();
    let after = json!([
        text("shorter", 9), {"key": "other", "type": "boolean", "required": false, "default": null}, list,
        {"key": "fewer", "type": "string", "format": "enum", "elements": ["x"], "required": false, "default": null},
    ]);
    let wanted = small(
        &after,
        &json!([{"key": "i", "type": "unique", "columns": ["other"]}]),
    );
    let plan = planned(&server, &wanted, &[]);
    let refused: Vec<&str> = plan
        .refused
        .iter()
        .map(|refused| refused.place.as_str())
        .collect();
    assert_eq!(
        refused,
        [
            "db.t.i",
            "db.t.shorter",
            "db.t.other",
            "db.t.list",
            "db.t.fewer"
        ]
    );
    assert_eq!(plan.changes, []);
    assert_eq!(server.writes(), [""; 0]);

    // Columns and indexes that `prune` names may be made anew.
    pushed(
        &server,
        &wanted,
        &[
            "db.t.i",
            "db.t.shorter",
            "db.t.other",
            "db.t.list",
            "db.t.fewer",
        ],
    )
    .unwrap();
    assert_eq!(planned(&server, &wanted, &[]), Plan::default());
}

/// A server decides once how wide an integer's column is. One that holds more is another column.
#[test]
fn an_integer_that_was_made_narrow_stays_so() {
    let server = server();
    let up_to = |max: Value| {
        let column =
            json!({"key": "n", "type": "integer", "required": false, "default": null, "max": max});
        small(&json!([column]), &json!([]))
    };
    pushed(&server, &up_to(json!(5)), &[]).unwrap();
    pushed(&server, &up_to(json!(i32::MAX)), &[]).unwrap();
    for wide in [json!(3_000_000_000_i64), Value::Null] {
        let plan = planned(&server, &up_to(wide), &[]);
        assert_eq!((plan.changes.len(), plan.refused.len()), (0, 1));
        let why = &plan.refused[0].why;
        assert!(why.contains("32 bits"), "{why}");
    }
    let wide = up_to(json!(3_000_000_000_i64));
    pushed(&server, &wide, &["db.t.n"]).unwrap();
    let client = client(&server);
    let row = json!({"rowId": "r", "data": {"n": 2_500_000_000_i64}});
    let path = "/tablesdb/db/tables/t/rows";
    client.send(&Method::POST, path, &row).unwrap();
    // The other way round the column keeps its width.
    pushed(&server, &up_to(json!(5)), &[]).unwrap();
}

#[test]
fn what_a_push_cannot_make_is_refused_before_anything_is_sent() {
    let server = server();
    let columns = json!([text("a", 10), {"key": "r", "type": "relationship", "required": false, "default": null}]);
    let plan = planned(&server, &small(&columns, &json!([])), &[]);
    let refused: Vec<&str> = plan
        .refused
        .iter()
        .map(|refused| refused.place.as_str())
        .collect();
    assert_eq!(refused, ["db.t.r"]);
}

#[test]
fn an_encrypted_column_is_made_so() {
    let server = server();
    let encrypted = |encrypt: bool| {
        let mut column = text("a", 200);
        column["encrypt"] = encrypt.into();
        small(&json!([column]), &json!([]))
    };
    pushed(&server, &encrypted(true), &[]).unwrap();
    assert_eq!(planned(&server, &encrypted(true), &[]), Plan::default());
    let plan = planned(&server, &encrypted(false), &[]);
    assert_eq!(
        plan.refused[0].why,
        "would lose data: encrypted true → false"
    );
}

#[test]
fn nothing_is_deleted_unless_it_is_named() {
    let server = server();
    let index = json!([{"key": "i", "type": "key", "columns": ["a"]}]);
    pushed(
        &server,
        &small(&json!([text("a", 10), text("b", 10)]), &index),
        &[],
    )
    .unwrap();
    let client = client(&server);
    let post = |path: &str, body: &Value| client.send(&Method::POST, path, body).unwrap();
    post(
        "/tablesdb",
        &json!({"databaseId": "theirs", "name": "Theirs"}),
    );
    post(
        "/tablesdb/theirs/tables",
        &json!({"tableId": "x", "name": "X"}),
    );
    post("/tablesdb/db/tables", &json!({"tableId": "u", "name": "U"}));
    post("/storage/buckets", &json!({"bucketId": "c", "name": "C"}));
    let wanted = small(&json!([text("a", 10)]), &json!([]));

    let plan = planned(&server, &wanted, &[]);
    assert_eq!(plan.changes, []);
    assert_eq!(
        plan.kept,
        ["db.t.i", "db.t.b", "db.u", "theirs.x", "theirs", "bucket:c"]
    );
    let plan = planned(&server, &wanted, &["db.t.a", "db.t.nothing", "db"]);
    assert_eq!(plan.changes, []);
    assert_eq!(
        plan.unknown,
        ["db", "db.t.a", "db.t.nothing"],
        "what is wanted can't be pruned"
    );

    pushed(
        &server,
        &wanted,
        &["db.t.i", "db.t.b", "bucket:c", "theirs"],
    )
    .unwrap();
    let left = planned(&server, &wanted, &[]);
    assert_eq!(
        (left.changes.len(), left.kept),
        (0, vec!["db.u".to_owned()])
    );
}

#[test]
fn a_refusal_says_which_change_and_why() {
    let server = server();
    let wide = json!([text("a", 16_000), text("b", 16_000)]);
    let error = pushed(&server, &small(&wide, &json!([])), &[]).unwrap_err();
    let told = error.to_string();
    assert!(
        told.starts_with("+ column db.t.b\n    400 column_limit_exceeded: "),
        "{told}"
    );

    let wrong = Client::new(&server.endpoint(), PROJECT, "standard_wrong");
    assert_eq!(state(&wrong).unwrap_err().kind, "user_unauthorized");
    let wrong = Client::new(&server.endpoint(), "other", KEY);
    assert_eq!(state(&wrong).unwrap_err().kind, "project_not_found");
    let nowhere = Client::new(&server.endpoint().replace("/v1", "/nowhere"), PROJECT, KEY);
    assert_eq!(state(&nowhere).unwrap_err().status, Some(404));
}

#[test]
fn it_does_not_wait_for_ever() {
    let server = Server::start(Options {
        looks_until_available: u32::MAX,
        ..Options::default()
    })
    .unwrap();
    let wanted = small(&json!([text("a", 10)]), &json!([]));
    let plan = planned(&server, &wanted, &[]);
    let slow = push(&client(&server), &plan, Duration::ZERO, &mut |_| {});
    assert_eq!(slow, Err(PushError::Slow("db.t".to_owned())));
}

#[test]
fn the_server_refuses_what_the_checks_refuse() {
    // The facts as they stand, once by the rules and once by a server that shares no code with them.
    let facts = read(include_str!("../../../schema/tests/facts.json")).unwrap();
    let expected: Vec<String> = check(&facts, whisper_appwrite::Options::default())
        .into_iter()
        .map(|violation| violation.place.replace("bucket ", "bucket:"))
        .collect();
    assert_eq!(expected.len(), 18);

    let server = Server::start(Options {
        looks_until_available: 0,
        ..Options::default()
    })
    .unwrap();
    let mut refused = Vec::new();
    for change in planned(&server, &facts, &[]).changes {
        let place = change.what.place();
        let alone = Plan {
            changes: vec![change],
            ..Plan::default()
        };
        match push(&client(&server), &alone, PATIENCE, &mut |_| {}) {
            Ok(()) => {}
            // An index on a column that was refused.
            Err(PushError::Refused(_, error)) if error.kind == "column_unknown" => {}
            Err(PushError::Refused(_, error)) => {
                assert_eq!(error.status, Some(400), "{place}: {error}");
                refused.push(place);
            }
            Err(error) => panic!("{place}: {error}"),
        }
    }
    let sorted = |mut places: Vec<String>| {
        places.sort();
        places
    };
    assert_eq!(sorted(refused), sorted(expected));
}
