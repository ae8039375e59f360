//! Whole files: functions, and the rules of command lines.
#![allow(clippy::unwrap_used, missing_docs)]

use serde_json::{Map, Value, json};
use whisper_appwrite::{Options, Severity, appwrite, check_file, from_schema, read_file};

/// Rules that a file breaks, warnings in brackets, each with its place.
fn broken(file: &Value) -> Vec<String> {
    let file = read_file(&file.to_string()).unwrap();
    let rule = |v: whisper_appwrite::Violation| match v.severity {
        Severity::Violation => format!("{} {}", v.place, v.rule),
        Severity::Warning => format!("{} ({})", v.place, v.rule),
    };
    let found = check_file(&file, Options::default());
    found.into_iter().map(rule).collect()
}

fn merged(mut base: Value, more: Value) -> Value {
    let more: Map<String, Value> = more.as_object().unwrap().clone();
    base.as_object_mut().unwrap().extend(more);
    base
}

/// Rules that a file with a function of these fields breaks.
fn of_function(fields: Value) -> Vec<String> {
    let function = json!({"$id": "f", "name": "F", "runtime": "node-25"});
    broken(&json!({"projectId": "p", "functions": [merged(function, fields)]}))
}

fn refuse<const N: usize>(rule: &str, cases: [(Value, bool); N]) {
    for (fields, fine) in cases {
        let expected = if fine {
            vec![]
        } else {
            vec![format!("function f {rule}")]
        };
        assert_eq!(of_function(fields.clone()), expected, "{fields}");
    }
}

#[test]
fn functions_run_in_what_servers_have_and_as_long_as_they_may() {
    let runtime = [
        (json!({"runtime": "node-25"}), true),
        (json!({"runtime": "python-ml-3.12"}), true),
        (json!({"runtime": "rust-1.83"}), true),
        (json!({"runtime": "node-26"}), false),
        (json!({"runtime": "node"}), false),
        (json!({"runtime": "Node-25"}), false),
        (json!({"runtime": ""}), false),
    ];
    refuse("runtime", runtime);
    let timeout = [
        (json!({"timeout": 1}), true),
        (json!({"timeout": 900}), true),
        (json!({"timeout": 0}), false),
        (json!({"timeout": 901}), false),
        (json!({"timeout": -1}), false),
        (json!({"timeout": 1.5}), false),
    ];
    refuse("timeout", timeout);
    let commands = [
        (json!({"commands": "é".repeat(8192)}), true),
        (json!({"commands": "x".repeat(8193)}), false),
    ];
    refuse("commands", commands);
}

#[test]
fn functions_are_called_by_whom_and_for_what_there_is() {
    let schedule = [
        (json!({"schedule": ""}), true),
        (json!({"schedule": "* * * * *"}), true),
        (json!({"schedule": "17 3 * * 1-5"}), true),
        (json!({"schedule": "*/10 * * * * *"}), false),
        (json!({"schedule": "60 * * * *"}), false),
        (json!({"schedule": "daily"}), false),
    ];
    refuse("schedule", schedule);
    let events = [
        (
            json!({"events": ["databases.*.tables.*.rows.*.create"]}),
            true,
        ),
        (json!({"events": ["users.*.create"]}), true),
        (
            json!({"events": ["tablesdb.*.tables.*.rows.*.create"]}),
            false,
        ),
        (json!({"events": ["functions.*.create"]}), false),
        (json!({"events": ["rows.*.create"]}), false),
        (json!({"events": ["users"]}), false),
        (json!({"events": vec!["users.*"; 100]}), true),
        (json!({"events": vec!["users.*"; 101]}), false),
    ];
    refuse("events", events);
    let execute = [
        (json!({"execute": ["any"]}), true),
        (json!({"execute": ["users/verified", "team:t/owner"]}), true),
        (json!({"execute": ["read(\"any\")"]}), false),
        (json!({"execute": ["everybody"]}), false),
        (json!({"execute": vec!["users"; 100]}), true),
        (json!({"execute": vec!["users"; 101]}), false),
    ];
    refuse("permissions", execute);
    let file = |id: &str| json!({"$id": id, "name": "F", "runtime": "node-25"});
    let twins = json!({"projectId": "p", "functions": [file("f"), file("f"), file("-")]});
    assert_eq!(broken(&twins), ["function f duplicate", "function - key"]);
}

/// A file of one table with this column.
fn with_column(column: Value) -> Value {
    let column = merged(json!({"key": "c"}), column);
    json!({
        "projectId": "p",
        "tablesDB": [{"$id": "db", "name": "Db"}],
        "tables": [{"$id": "t", "databaseId": "db", "name": "T", "rowSecurity": false, "columns": [column]}],
    })
}

#[test]
fn columns_are_said_as_command_lines_want_them() {
    for (column, expected) in [
        (json!({"type": "boolean"}), ""),
        (
            json!({"type": "boolean", "required": true, "default": null}),
            "",
        ),
        (
            json!({"type": "boolean", "required": true}),
            "(cli-default)",
        ),
        (json!({"type": "string", "format": "email"}), ""),
        (json!({"type": "email"}), "(cli-type)"),
        (json!({"type": "url"}), "(cli-type)"),
        (json!({"type": "ip"}), "(cli-type)"),
        (json!({"type": "enum", "elements": ["a"]}), "(cli-type)"),
        (json!({"type": "float"}), "(cli-type)"),
        (
            json!({"type": "string", "size": 36, "format": "uuid"}),
            "(cli-type)",
        ),
        (json!({"type": "longtext"}), "(cli-type)"),
    ] {
        let expected = Some(expected).filter(|rule| !rule.is_empty());
        let expected: Vec<String> = expected
            .iter()
            .map(|rule| format!("db.t.c {rule}"))
            .collect();
        assert_eq!(broken(&with_column(column.clone())), expected, "{column}");
    }
    let mut file = with_column(json!({"type": "boolean"}));
    let table = file["tables"][0].as_object_mut().unwrap();
    table.remove("rowSecurity");
    assert_eq!(broken(&file), ["db.t (cli-default)"]);
}

#[test]
fn keys_that_strict_command_lines_refuse_are_found_wherever_they_stand() {
    let fine = with_column(json!({"type": "boolean"}));
    for (at, key, value, place) in [
        ("", "colour", json!(1), "colour"),
        ("/tablesDB/0", "owner", json!("me"), "tablesDB.db.owner"),
        (
            "/tables/0",
            "documentSecurity",
            json!(true),
            "tables.t.documentSecurity",
        ),
        (
            "/tables/0/columns/0",
            "unique",
            json!(true),
            "tables.t.columns.c.unique",
        ),
        (
            "",
            "settings",
            json!({"auth": {"methods": {"pin": true}}}),
            "settings.auth.methods.pin",
        ),
        (
            "",
            "buckets",
            json!([{"$id": "b", "name": "B", "public": true}]),
            "buckets.b.public",
        ),
        ("", "teams", json!([{"name": "T"}]), "teams[0].$id"),
        ("", "endpoint", json!(1), "endpoint"),
        ("", "topics", json!([1]), "topics"),
    ] {
        let mut file = fine.clone();
        file.pointer_mut(at).unwrap()[key] = value;
        assert_eq!(broken(&file), [format!("{place} (cli-keys)")], "{key}");
    }
    let mut file = fine.clone();
    file["tables"][0]["indexes"] =
        json!([{"key": "i", "type": "key", "columns": ["c"], "lengths": [0]}]);
    assert_eq!(broken(&file), ["tables.t.indexes.i.lengths (cli-keys)"]);
    file = fine;
    file.as_object_mut().unwrap().remove("projectId");
    assert_eq!(broken(&file), ["projectId (cli-keys)"]);
    // Between versions of the command lines these come and go.
    let passing = of_function(json!({"specification": "s-1vcpu-512mb"}));
    let known = "functions.f.specification (cli-keys)";
    assert_eq!(passing, [known, "function f (cli-keys)"]);
    let passing = of_function(json!({"deploymentRetention": 3}));
    assert_eq!(passing, ["function f (cli-keys)"]);
}

#[test]
fn databases_that_a_push_would_delete_are_told() {
    let legacy = json!({
        "projectId": "p",
        "databases": [{"$id": "db", "name": "Db"}, {"$id": "other", "name": "Other"}],
        "collections": [{"$id": "t", "databaseId": "db", "name": "T", "documentSecurity": true}],
    });
    let deletes = ["database db (cli-deletes)", "database other (cli-deletes)"];
    assert_eq!(broken(&legacy), deletes);
    let both = merged(legacy, json!({"tablesDB": [{"$id": "db", "name": "Db"}]}));
    assert_eq!(broken(&both), ["database other (cli-deletes)"]);
}

#[test]
fn relationships_stay_in_their_database() {
    let file = |home: &str| {
        let column = json!({"key": "c", "type": "relationship", "relatedTable": "u", "relationType": "oneToOne"});
        json!({
            "projectId": "p",
            "tablesDB": [{"$id": "db", "name": "Db"}, {"$id": "other", "name": "Other"}],
            "tables": [
                {"$id": "t", "databaseId": "db", "name": "T", "rowSecurity": false, "columns": [column]},
                {"$id": "u", "databaseId": home, "name": "U", "rowSecurity": false},
            ],
        })
    };
    assert_eq!(broken(&file("db")), [""; 0]);
    assert_eq!(broken(&file("other")), ["db.t.c (relationship)"]);
}

#[test]
fn our_own_file_is_taken_by_all_and_plain_descriptions_are_nobodys() {
    let options = Options {
        storage_limit: 500_000_000,
    };
    for text in [
        appwrite(&from_schema(), &[], "p"),
        include_str!("../../../schema/generated/appwrite.config.json").to_owned(),
    ] {
        let file = read_file(&text).unwrap();
        assert_eq!(check_file(&file, options), []);
    }
    let facts = read_file(include_str!("../../../schema/tests/facts.json")).unwrap();
    let found = check_file(&facts, Options::default());
    assert_eq!(found.len(), 11 + 7);
    assert!(found.iter().all(|v| v.severity == Severity::Violation));
}
