//! The checked-in files are those that the schema makes. `WHISPER_BLESS=1` writes them anew.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;

use serde_json::{Value, json};
use whisper_appwrite::package::{Function, functions};
use whisper_appwrite::{Options, appwrite, check, from_schema, read, reference, typescript};
use whisper_manifest::Manifest;
use whisper_schema::{collections, stats};

fn bundle() -> Vec<Function> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spin.toml");
    functions(&Manifest::load(&file).unwrap()).unwrap()
}

#[test]
fn the_files_are_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (file, made) in [
        (
            "schema/generated/appwrite.config.json",
            appwrite(&from_schema(), &bundle(), "whisper"),
        ),
        ("schema/generated/schema.ts", typescript()),
        ("docs/schema.md", reference()),
    ] {
        let path = root.join(file);
        if std::env::var_os("WHISPER_BLESS").is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        let stored = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            stored == made,
            "{file} is stale: WHISPER_BLESS=1 cargo test -p whisper-appwrite"
        );
    }
}

#[test]
fn the_exported_configuration_says_what_the_schema_says() {
    let exported = read(&appwrite(&from_schema(), &bundle(), "p")).unwrap();
    assert_eq!(exported, from_schema());
    let options = Options {
        storage_limit: 500_000_000,
    };
    assert_eq!(check(&exported, options), []);
}

#[test]
fn strict_command_lines_take_it() {
    let file: Value = serde_json::from_str(&appwrite(&from_schema(), &bundle(), "p")).unwrap();
    let keys: Vec<&str> = file
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        keys,
        [
            "buckets",
            "functions",
            "projectId",
            "settings",
            "tables",
            "tablesDB"
        ]
    );
    for table in file["tables"].as_array().unwrap() {
        for column in table["columns"].as_array().unwrap() {
            let kind = column["type"].as_str().unwrap();
            assert!(
                ["string", "integer", "double", "boolean", "datetime"].contains(&kind),
                "{column}"
            );
            assert!(
                column.as_object().unwrap().contains_key("default"),
                "{column}"
            );
            assert!(
                column["required"] == false || column["default"].is_null(),
                "{column}"
            );
            let sized = column.get("size").is_some();
            let plain = kind == "string" && column.get("format").is_none();
            assert_eq!(sized, plain, "{column}");
            assert_eq!(column.get("encrypt").is_some(), plain, "{column}");
        }
        assert_eq!(
            table["$permissions"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|p| p.as_str().unwrap().contains("any"))
                .count(),
            0
        );
    }
}

#[test]
fn every_component_is_a_function_with_what_it_needs_and_no_more() {
    let file: Value = serde_json::from_str(&appwrite(&from_schema(), &bundle(), "p")).unwrap();
    let functions = file["functions"].as_array().unwrap();
    // The keys that CLIs of all versions know: strict ones refuse any other.
    const KEYS: [&str; 13] = [
        "$id",
        "commands",
        "enabled",
        "entrypoint",
        "events",
        "execute",
        "logging",
        "name",
        "path",
        "runtime",
        "schedule",
        "scopes",
        "timeout",
    ];
    for function in functions {
        let keys: Vec<&str> = function
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(keys, KEYS, "{function}");
        assert_eq!(
            (&function["runtime"], &function["entrypoint"]),
            (&"node-25".into(), &"main.js".into())
        );
    }
    let of = |id: &str| functions.iter().find(|f| f["$id"] == id).unwrap();
    let shown = |id: &str| {
        let f = of(id);
        json!([f["execute"], f["events"], f["schedule"], f["scopes"]])
    };
    let rows = ["rows.read", "rows.write"];
    for (id, shows) in [
        ("accounts", json!([["users"], ["users.*.create"], "", rows])),
        ("message-send", json!([["users"], [], "* * * * *", rows])),
        ("story-expiry", json!([[], [], "* * * * *", rows])),
        ("operator", json!([[], [], "*/10 * * * *", rows])),
        ("error-logging", json!([["users"], [], "17 3 * * *", rows])),
        ("api", json!([["any"], [], "", []])),
        (
            "xp-badges",
            json!([
                ["any"],
                ["databases.*.tables.userActivity.rows.*.create"],
                "* * * * *",
                rows
            ]),
        ),
    ] {
        assert_eq!(shown(id), shows, "{id}");
    }
    assert_eq!(of("story-expiry")["path"], "functions/story-expiry");
    let job = bundle().into_iter().find(|f| f.id == "error-logging");
    let route = job.unwrap().job;
    assert_eq!(route.as_deref(), Some("/internal/jobs/error-retention"));
}

#[test]
fn typescript_has_every_id_and_every_attribute() {
    let text = typescript();
    for collection in collections() {
        assert!(
            text.contains(&format!(": \"{}\",", collection.id)),
            "{}",
            collection.id
        );
    }
    let fields = text
        .lines()
        .filter(|line| line.starts_with("  ") && line.ends_with(';'))
        .count();
    assert_eq!(
        fields,
        stats().attributes + stats().collections,
        "an id for each as well"
    );
    assert_eq!(
        text.matches("export interface ").count(),
        stats().collections
    );
    assert!(text.contains("  content: string;"));
}

#[test]
fn the_reference_has_every_attribute() {
    let page = reference();
    for collection in collections() {
        assert!(
            page.contains(&format!("### `{}`", collection.id)),
            "{}",
            collection.id
        );
    }
    let rows = page.lines().filter(|line| line.starts_with("| `")).count();
    let stats = stats();
    let expected = stats.attributes
        + stats.system_attributes
        + stats.indexes
        + stats.system_indexes
        + stats.buckets;
    assert_eq!(rows, expected);
}
