//! Values on their way to the server and back.

use serde_json::Value;
use whisper_testkit::json;

use super::{alone, bundle, query};

/// A parameter, the type that the statement gives it, and the value that comes back.
const THERE_AND_BACK: &[(&str, &str, &str)] = &[
    (r#"{"boolean": true}"#, "bool", "Boolean(true)"),
    (r#"{"int16": -7}"#, "int2", "Int16(-7)"),
    (r#"{"int32": 2147483647}"#, "int4", "Int32(2147483647)"),
    (
        r#"{"int64": -9223372036854775808}"#,
        "int8",
        "Int64(-9223372036854775808)",
    ),
    (r#"{"float32": 0.5}"#, "float4", "Floating32(0.5)"),
    (r#"{"float64": 1e300}"#, "float8", "Floating64(1e300)"),
    (r#"{"str": "Größe 💬"}"#, "text", "Str(\"Größe 💬\")"),
    (r#"{"str": "a"}"#, "varchar", "Str(\"a\")"),
    (r#"{"str": "a"}"#, "char(3)", "Str(\"a  \")"),
    (r#"{"binary": "ab"}"#, "bytea", "Binary([97, 98])"),
    (r#"{"date": [2026, 2, 28]}"#, "date", "Date((2026, 2, 28))"),
    (
        r#"{"time": [23, 59, 58, 123456000]}"#,
        "time",
        "Time((23, 59, 58, 123456000))",
    ),
    (
        r#"{"datetime": [2026, 2, 28, 1, 2, 3, 4000]}"#,
        "timestamp",
        "Datetime((2026, 2, 28, 1, 2, 3, 4000))",
    ),
    (
        r#"{"uuid": "67E55044-10b1-426f-9247-bb680e5fe0c8"}"#,
        "uuid",
        "Uuid(\"67e55044-10b1-426f-9247-bb680e5fe0c8\")",
    ),
    // `{"a":[1,null]}`
    (
        r#"{"jsonb": "{\"a\": [1, null]}"}"#,
        "jsonb",
        "Jsonb([123, 34, 97, 34, 58, 91, 49, 44, 110, 117, 108, 108, 93, 125])",
    ),
    (
        r#"{"decimal": "-12.3400"}"#,
        "numeric",
        "Decimal(\"-12.3400\")",
    ),
    (
        r#"{"range_int32": [[1, "("], [5, "]"]]}"#,
        "int4range",
        "RangeInt32((Some((2, RangeBoundKind::Inclusive)), Some((6, RangeBoundKind::Exclusive))))",
    ),
    (
        r#"{"range_int64": [null, [5, ")"]]}"#,
        "int8range",
        "RangeInt64((None, Some((5, RangeBoundKind::Exclusive))))",
    ),
    (
        r#"{"range_decimal": [["0.5", "("], ["1.50", "]"]]}"#,
        "numrange",
        "RangeDecimal((Some((\"0.5\", RangeBoundKind::Exclusive)), Some((\"1.50\", RangeBoundKind::Inclusive))))",
    ),
    (
        r#"{"array_int32": [1, null]}"#,
        "int4[]",
        "ArrayInt32([Some(1), None])",
    ),
    (
        r#"{"array_int64": [1, null]}"#,
        "int8[]",
        "ArrayInt64([Some(1), None])",
    ),
    (
        r#"{"array_decimal": ["1.0", null]}"#,
        "numeric[]",
        "ArrayDecimal([Some(\"1.0\"), None])",
    ),
    (
        r#"{"array_str": ["a", null]}"#,
        "text[]",
        "ArrayStr([Some(\"a\"), None])",
    ),
    (
        r#"{"interval": [1, -2, 3]}"#,
        "interval",
        "Interval(Interval { micros: 1, days: -2, months: 3 })",
    ),
    ("null", "int4", "DbNull"),
    ("null", "text[]", "DbNull"),
];

/// A value without the name of its type.
fn short(shown: &Value) -> String {
    let shown = shown.as_str().unwrap();
    shown.strip_prefix("DbValue::").unwrap_or(shown).to_owned()
}

#[test]
fn values_of_each_type_come_back_as_they_went() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    for (open, name) in [("open", "asynchronous"), ("open_blocking", "blocking")] {
        let mut steps = vec![json!({ open: "a", "address": url })];
        steps.extend(THERE_AND_BACK.iter().map(|(parameter, type_, _)| {
            let parameter: Value = serde_json::from_str(parameter).unwrap();
            let sql = format!("SELECT $1::{type_} AS v");
            json!({ "query": "a", "sql": sql, "parameters": [parameter] })
        }));
        let outcomes = super::run(&app, &json!(steps));
        for ((parameter, type_, expected), outcome) in THERE_AND_BACK.iter().zip(&outcomes[1..]) {
            let rows = &outcome["ok"]["rows"];
            assert!(rows.is_array(), "{name} {type_} {parameter}: {outcome}");
            assert_eq!(short(&rows[0][0]), *expected, "{name} {type_}");
        }
    }
}

#[test]
fn columns_have_names_and_types() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    let sql = "SELECT 1::int2 AS a, 'x'::varchar AS b, now()::timestamp AS c, '{}'::json AS d, '{1}'::int2[] AS e";
    let outcome = alone(&app, &url, &json!({ "query": "a", "sql": sql }));
    let columns: Vec<(String, String)> =
        serde_json::from_value(outcome["ok"]["columns"].clone()).unwrap();
    let expected = [
        ("a", "Int16"),
        ("b", "Str"),
        ("c", "Datetime"),
        ("d", "Other(\"json\")"),
        ("e", "Other(\"_int2\")"),
    ];
    for ((name, type_), (wanted, kind)) in columns.iter().zip(expected) {
        assert_eq!(name, wanted);
        assert_eq!(type_.trim_start_matches("DbDataType::"), kind);
    }
    assert_eq!(columns.len(), expected.len());
    // Columns are read off the first row.
    let none = json!({ "query": "a", "sql": "SELECT 1 AS a WHERE false" });
    let outcome = alone(&app, &url, &none);
    assert_eq!(outcome["ok"], json!({ "columns": [], "rows": [] }));
    let steps = json!([{ "open_blocking": "a", "address": url }, none]);
    let outcome = super::run(&app, &steps).remove(1);
    assert_eq!(outcome["ok"], json!({ "columns": [], "rows": [] }));
    // A row without columns is a row.
    let rows = query(&app, &url, "SELECT FROM generate_series(1, 20)");
    assert_eq!(rows.as_array().unwrap().len(), 20);
}

#[test]
fn a_type_that_is_not_known_arrives_as_its_bytes() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    server
        .sql(&url, "CREATE TYPE mood AS ENUM ('sad', 'ok')")
        .unwrap();
    let cases = [
        ("'{}'::json", "Unsupported([123, 125])"),
        ("'ok'::mood", "Unsupported([111, 107])"),
        ("NULL::mood", "DbNull"),
        ("'empty'::int4range", "RangeInt32((None, None))"),
    ];
    for (value, expected) in cases {
        let rows = query(&app, &url, &format!("SELECT {value}"));
        assert_eq!(short(&rows[0][0]), expected, "{value}");
    }
}

#[test]
fn a_type_that_is_known_and_not_readable_fails() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    let cases = [
        ("now()", "error deserializing column 0"),
        ("'infinity'::timestamp", "error deserializing column 0"),
        ("1e40::numeric", "error deserializing column 0"),
    ];
    for (value, expected) in cases {
        let step = json!({ "query": "a", "sql": format!("SELECT {value}") });
        let error = &alone(&app, &url, &step)["error"];
        assert_eq!(error["kind"], "query", "{value}: {error}");
        assert!(
            error["text"].as_str().unwrap().contains(expected),
            "{error}"
        );
    }
}

#[test]
fn a_parameter_of_another_type_is_refused() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    let cases = [
        (json!({"int32": 1}), "int8"),
        (json!({"int64": 1}), "int4"),
        (json!({"int16": 1}), "int4"),
        (json!({"float32": 1.0}), "float8"),
        (json!({"str": "1"}), "int4"),
        (json!({"str": "{}"}), "jsonb"),
        (json!({"jsonb": "{}"}), "text"),
        (json!({"timestamp": 1}), "timestamp"),
        (json!({"int8": 1}), "int2"),
    ];
    for (parameter, type_) in cases {
        let sql = format!("SELECT $1::{type_}");
        let step = json!({ "query": "a", "sql": sql, "parameters": [parameter] });
        let error = &alone(&app, &url, &step)["error"];
        assert_eq!(error["kind"], "query", "{parameter} {type_}: {error}");
        let text = error["text"].as_str().unwrap();
        assert!(text.contains("ToSql(0)"), "{error}");
    }
    // A moment with a zone can be written, and not be read.
    let sql = "SELECT ($1::timestamptz = '1970-01-01 00:01:00+00')::text";
    let step = json!({ "query": "a", "sql": sql, "parameters": [{"timestamp": 60}] });
    let outcome = alone(&app, &url, &step);
    assert_eq!(short(&outcome["ok"]["rows"][0][0]), "Str(\"true\")");
}

#[test]
fn a_parameter_that_is_no_value_of_its_type_is_refused() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    let cases = [
        (
            json!({"date": [2026, 2, 30]}),
            "date",
            "invalid date y=2026, m=2, d=30",
        ),
        (
            json!({"time": [24, 0, 0, 0]}),
            "time",
            "invalid time 24:0:0:0",
        ),
        (json!({"uuid": "x"}), "uuid", "invalid UUID x"),
        (json!({"jsonb": "{"}), "jsonb", "invalid JSON {"),
        (json!({"decimal": "1,5"}), "numeric", "invalid decimal 1,5"),
        (
            json!({"array_decimal": ["x"]}),
            "numeric[]",
            "invalid decimal x",
        ),
        (
            json!({"timestamp": i64::MAX}),
            "timestamptz",
            "invalid epoch timestamp",
        ),
        (
            json!({"range_int32": [null, [i32::MAX, "]"]]}),
            "int4range",
            "range bound out of range",
        ),
        (
            json!({"range_int64": [[i64::MAX, "("], null]}),
            "int8range",
            "range bound out of range",
        ),
    ];
    for (parameter, type_, expected) in cases {
        let sql = format!("SELECT $1::{type_}");
        for (what, kind) in [("query", "parameter"), ("execute", "conversion")] {
            let step = json!({ what: "a", "sql": sql, "parameters": [parameter] });
            let error = &alone(&app, &url, &step)["error"];
            assert_eq!(error["kind"], kind, "{parameter}: {error}");
            assert!(
                error["text"].as_str().unwrap().starts_with(expected),
                "{error}"
            );
        }
    }
    let greatest = json!({"range_int32": [[i32::MAX, "["], null]});
    let step = json!({ "query": "a", "sql": "SELECT $1::int4range", "parameters": [greatest] });
    assert!(alone(&app, &url, &step)["error"].is_null());
}
