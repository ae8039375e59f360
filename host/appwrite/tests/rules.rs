//! Every rule, with files that break it and files that just don't.
#![allow(clippy::unwrap_used, missing_docs)]

use serde_json::{Value, json};
use whisper_appwrite::{Options, Severity, check, read};

/// Rules that a file breaks, warnings in brackets.
fn broken(file: &Value) -> Vec<String> {
    let config = read(&file.to_string()).unwrap();
    let rule = |v: whisper_appwrite::Violation| match v.severity {
        Severity::Violation => v.rule.to_string(),
        Severity::Warning => format!("({})", v.rule),
    };
    check(&config, Options::default())
        .into_iter()
        .map(rule)
        .collect()
}

fn table(columns: &Value, indexes: &Value) -> Value {
    json!({
        "tablesDB": [{"$id": "db", "name": "Db"}],
        "tables": [{"$id": "t", "databaseId": "db", "name": "T", "columns": columns, "indexes": indexes}],
    })
}

fn of_column(column: Value) -> Vec<String> {
    let mut column = column;
    if column.get("key").is_none() {
        column["key"] = "c".into();
    }
    broken(&table(&json!([column]), &json!([])))
}

/// Expects each column to break these rules, and no others.
fn refuse<const N: usize>(cases: [(Value, &str); N]) {
    for (column, expected) in cases {
        assert_eq!(of_column(column.clone()).join(" "), expected, "{column}");
    }
}

#[test]
fn sizes_and_elements() {
    let hundred: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    let more: Vec<String> = (0..101).map(|n| n.to_string()).collect();
    let cases = [
        (json!({"type": "string", "size": 1}), ""),
        (json!({"type": "string", "size": 1_073_741_824}), ""),
        (json!({"type": "string", "size": 1_073_741_825}), "size"),
        (json!({"type": "string", "size": 0}), "size"),
        (json!({"type": "string", "size": -1}), "size"),
        (json!({"type": "string"}), "size"),
        (json!({"type": "varchar", "size": 16_000}), ""),
        (json!({"type": "string", "size": 150, "encrypt": true}), ""),
        (
            json!({"type": "string", "size": 149, "encrypt": true}),
            "encryption",
        ),
        (json!({"type": "boolean", "encrypt": true}), "encryption"),
        (json!({"type": "enum", "elements": hundred}), ""),
        (json!({"type": "enum", "elements": more}), "enum"),
        (json!({"type": "enum", "elements": []}), "enum"),
        (json!({"type": "enum", "elements": [""]}), "enum"),
        (json!({"type": "enum", "elements": ["x".repeat(255)]}), ""),
        (
            json!({"type": "enum", "elements": ["x".repeat(256)]}),
            "enum",
        ),
        (
            json!({"type": "enum", "elements": ["a"], "default": "a"}),
            "",
        ),
        (
            json!({"type": "enum", "elements": ["a"], "default": "b"}),
            "default",
        ),
    ];
    refuse(cases);
}

#[test]
fn defaults_bounds_types_and_keys() {
    let cases = [
        (json!({"type": "boolean", "default": true}), ""),
        (json!({"type": "boolean", "default": "true"}), "default"),
        (
            json!({"type": "boolean", "required": true, "default": true}),
            "required-default",
        ),
        (
            json!({"type": "boolean", "required": true, "default": null}),
            "",
        ),
        (
            json!({"type": "boolean", "array": true, "default": true}),
            "array-default",
        ),
        (json!({"type": "integer", "min": 1, "max": 1}), ""),
        (json!({"type": "integer", "min": 2, "max": 1}), "range"),
        (
            json!({"type": "integer", "min": 2, "default": 1}),
            "default",
        ),
        (json!({"type": "integer", "default": 1.5}), "default"),
        (json!({"type": "double", "default": 1}), ""),
        (
            json!({"type": "double", "max": 0.5, "default": 0.6}),
            "default",
        ),
        (json!({"type": "string", "size": 2, "default": "ab"}), ""),
        (
            json!({"type": "string", "size": 2, "default": "abc"}),
            "default",
        ),
        (json!({"type": "url", "default": "https://x"}), ""),
        (json!({"type": "url", "default": "x"}), "default"),
        (
            json!({"type": "datetime", "default": "2026-11-23T00:00:00Z"}),
            "",
        ),
        (json!({"type": "datetime", "default": "soon"}), "default"),
        (json!({"type": "colour"}), "type"),
        (json!({"type": "boolean", "key": "x".repeat(36)}), ""),
        (json!({"type": "boolean", "key": "x".repeat(37)}), "key"),
        (json!({"type": "boolean", "key": "_x"}), "key"),
        (json!({"type": "boolean", "key": "$id"}), "key"),
        (json!({"type": "boolean", "key": ""}), "key"),
        (json!({"type": "boolean", "key": "ä"}), "key"),
    ];
    refuse(cases);
}

#[test]
fn defaults_are_written_as_their_type_is() {
    let cases = [
        (
            json!({"type": "string", "format": "email", "default": "a@b.org"}),
            "",
        ),
        (
            json!({"type": "string", "format": "email", "default": "no address"}),
            "default",
        ),
        (json!({"type": "datetime", "default": "2027-01-31"}), ""),
        (
            json!({"type": "datetime", "default": "2027-13-01"}),
            "default",
        ),
    ];
    refuse(cases);
}

#[test]
fn bounds_are_numbers_and_integers_have_64_bits() {
    let cases = [
        (
            json!({"type": "integer", "default": 9_223_372_036_854_775_808_u64}),
            "default",
        ),
        (
            json!({"type": "integer", "min": i64::MIN, "max": i64::MAX}),
            "",
        ),
        (
            json!({"type": "integer", "max": 9_223_372_036_854_775_808_u64}),
            "range",
        ),
        (json!({"type": "integer", "min": 0.5}), "range"),
        (json!({"type": "integer", "min": "1"}), "range"),
        // The same as floating-point numbers.
        (
            json!({"type": "integer", "min": 9_007_199_254_740_993_i64, "max": 9_007_199_254_740_992_i64}),
            "range",
        ),
        (json!({"type": "double", "min": 0.5, "max": 0.25}), "range"),
        (json!({"type": "double", "min": "a"}), "range"),
    ];
    refuse(cases);
}

#[test]
fn keys_of_columns_differ_by_more_than_case() {
    let columns = json!([{"key": "a", "type": "boolean"}, {"key": "A", "type": "boolean"}]);
    assert_eq!(broken(&table(&columns, &json!([]))), ["duplicate"]);
}

#[test]
fn indexes() {
    let columns = json!([
        {"key": "a", "type": "string", "size": 500},
        {"key": "b", "type": "string", "size": 268},
        {"key": "c", "type": "string", "size": 267},
        {"key": "n", "type": "integer"},
        {"key": "l", "type": "string", "size": 10, "array": true},
        {"key": "u", "type": "url"},
    ]);
    let index = |kind: &str, of: &[&str], more: Value| {
        let mut index = json!({"key": "i", "type": kind, "columns": of});
        index
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        broken(&table(&columns, &json!([index]))).join(" ")
    };
    let cases = [
        (index("key", &["a", "c"], json!({})), ""),
        (index("key", &["a", "b"], json!({})), "(index-length)"),
        (index("key", &["a", "b", "n"], json!({})), "index-length"),
        (index("fulltext", &["a", "b", "u"], json!({})), ""),
        (index("fulltext", &["n"], json!({})), "fulltext"),
        (index("key", &["u"], json!({})), "index-length"),
        (index("key", &["u"], json!({"lengths": [700]})), ""),
        (
            index("key", &["n"], json!({"lengths": [7]})),
            "index-length",
        ),
        (index("key", &["l"], json!({})), "array-index"),
        (index("unique", &["l"], json!({})), "array-index"),
        (index("key", &["none"], json!({})), "index-columns"),
        (index("key", &["$createdAt", "$id"], json!({})), ""),
        (index("key", &[], json!({})), "index-columns"),
        (index("key", &["n", "N"], json!({})), "index-columns"),
        (index("tree", &["n"], json!({})), "type"),
        (
            index("key", &["n"], json!({"orders": ["UP"]})),
            "index-orders",
        ),
        (
            index("key", &["n", "c"], json!({"orders": ["ASC"]})),
            "(index-orders)",
        ),
        (index("key", &["n"], json!({"key": "PRIMARY"})), "key"),
    ];
    for (n, (seen, expected)) in cases.iter().enumerate() {
        assert_eq!(seen, expected, "case {n}");
    }
}

#[test]
fn as_many_columns_and_indexes_as_fit() {
    let columns = |count: usize| -> Vec<Value> {
        (0..count)
            .map(|n| json!({"key": format!("c{n}"), "type": "boolean"}))
            .collect()
    };
    let indexes = |count: usize| -> Vec<Value> {
        (0..count)
            .map(|n| json!({"key": format!("i{n}"), "type": "key", "columns": ["c0"]}))
            .collect()
    };
    for (c, i, expected) in [
        (100, 58, ""),
        (101, 58, "(columns)"),
        (1010, 0, "(columns)"),
        (1011, 0, "columns"),
        (1, 59, "indexes"),
    ] {
        let file = table(&json!(columns(c)), &json!(indexes(i)));
        assert_eq!(broken(&file).join(" "), expected, "{c} {i}");
    }
}

#[test]
fn databases_tables_and_buckets() {
    let mut file = table(&json!([]), &json!([]));
    file["tables"][0]["databaseId"] = "other".into();
    assert_eq!(broken(&file), ["database"]);
    let mut file = table(&json!([]), &json!([]));
    let twin = file["tables"][0].clone();
    file["tables"].as_array_mut().unwrap().push(twin);
    assert_eq!(broken(&file), ["duplicate"]);
    file["tables"][1]["$id"] = "T".into();
    file["tables"][1]["name"] = "x".repeat(129).into();
    assert_eq!(broken(&file), ["name"]);
    let bucket = |bucket: Value| broken(&json!({"buckets": [bucket]})).join(" ");
    let fine =
        json!({"$id": "b", "name": "B", "maximumFileSize": 30_000_000, "compression": "zstd"});
    assert_eq!(bucket(fine), "");
    assert_eq!(
        bucket(json!({"$id": "b", "name": "B", "maximumFileSize": 0})),
        "storage-limit"
    );
    assert_eq!(
        bucket(json!({"$id": "b", "name": "B", "compression": "rar"})),
        "compression"
    );
    assert_eq!(bucket(json!({"$id": "-", "name": ""})), "key name");
}

#[test]
fn permissions_of_tables_and_buckets() {
    let key = "k".repeat(36);
    for (permission, fine) in [
        (r#"read("any")"#.to_owned(), true),
        (r#"create("guests")"#.to_owned(), true),
        (r#"update("users/verified")"#.to_owned(), true),
        (format!("delete(\"user:{key}\")"), true),
        (r#"write("user:a.b-c_d/unverified")"#.to_owned(), true),
        (format!("read(\"team:t/{}\")", "r".repeat(81)), true),
        (r#"read("member:m")"#.to_owned(), true),
        (r#"read("label:vip1")"#.to_owned(), true),
        (r#"execute("any")"#.to_owned(), false),
        (r#"read(any)"#.to_owned(), false),
        (r#"read("any""#.to_owned(), false),
        ("any".to_owned(), false),
        (r#"read("everybody")"#.to_owned(), false),
        (r#"read("any:a")"#.to_owned(), false),
        (r#"read("any/verified")"#.to_owned(), false),
        (r#"read("users/known")"#.to_owned(), false),
        (r#"read("user")"#.to_owned(), false),
        (r#"read("user:_a")"#.to_owned(), false),
        (format!("read(\"user:{key}k\")"), false),
        (format!("read(\"team:t/{}\")", "r".repeat(82)), false),
        (r#"read("member:m/owner")"#.to_owned(), false),
        (r#"read("label:v-1")"#.to_owned(), false),
    ] {
        let expected = if fine { vec![] } else { vec!["permissions"] };
        let mut file = table(&json!([]), &json!([]));
        file["tables"][0]["$permissions"] = json!([permission]);
        assert_eq!(broken(&file), expected, "{permission}");
        let bucket = json!({"buckets": [{"$id": "b", "name": "B", "$permissions": [permission]}]});
        assert_eq!(broken(&bucket), expected, "{permission}");
    }
    for (count, expected) in [(100, vec![]), (101, vec!["permissions"])] {
        let all: Vec<String> = (0..count).map(|n| format!("read(\"user:u{n}\")")).collect();
        let mut file = table(&json!([]), &json!([]));
        file["tables"][0]["$permissions"] = json!(all);
        assert_eq!(broken(&file), expected, "{count}");
        let bucket = json!({"buckets": [{"$id": "b", "name": "B", "$permissions": all}]});
        assert_eq!(broken(&bucket), expected, "{count}");
    }
}

#[test]
fn legacy_collections_are_read_like_tables() {
    let columns = json!([{"key": "c", "type": "boolean", "required": true, "default": true}]);
    let legacy = json!({
        "databases": [{"$id": "db", "name": "Db"}],
        "collections": [{"$id": "t", "databaseId": "db", "name": "T", "documentSecurity": true, "attributes": columns,
            "indexes": [{"key": "i", "type": "key", "attributes": ["c"], "orders": ["ASC"]}]}],
    });
    assert_eq!(broken(&legacy), ["required-default"]);
}

#[test]
fn what_is_no_configuration_is_told_with_its_place() {
    for (text, told) in [
        ("", "not JSON"),
        ("[]", "not a JSON object"),
        ("{}", "none of tablesDB"),
        (r#"{"tables": {}}"#, "tables must be a list"),
        (r#"{"tables": [1]}"#, "tables[0] must be an object"),
        (
            r#"{"tables": [{"columns": [{"key": 1}]}]}"#,
            "tables[0].columns[0].key must be a text",
        ),
        (
            r#"{"buckets": [{"allowedFileExtensions": [1]}]}"#,
            "buckets[0].allowedFileExtensions",
        ),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(told), "{text}: {error}");
    }
}
