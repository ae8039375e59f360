//! Files that command lines take: version 12 checks nothing and fails, or worse, while it pushes; 13 to 25 refuse keys
//! and types that aren't in their schema; 26 checks nothing again. A file that all of them take is the aim, so each
//! rule is a warning.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::rule::{Rule, Violation};
use super::strict;

/// Keys of functions that a version of the command lines or of the server knows and others don't.
const PASSING: [&str; 4] = [
    "specification",
    "buildSpecification",
    "runtimeSpecification",
    "deploymentRetention",
];
/// Types of columns that command lines before 16 don't know.
const NEW_TYPES: [&str; 5] = ["text", "varchar", "mediumtext", "longtext", "bigint"];
/// Formats of strings.
const FORMATS: [&str; 4] = ["email", "url", "ip", "enum"];

/// Checks a whole file; a plain description of collections is none of a command line's.
pub(super) fn cli(file: &Value, found: &mut Vec<Violation>) {
    let Some(root) = file.as_object().filter(|root| !is_plain(root)) else {
        return;
    };
    strict::keys(root, found);
    deletes(root, found);
    for (list, columns, security, related) in [
        ("tables", "columns", "rowSecurity", "relatedTable"),
        (
            "collections",
            "attributes",
            "documentSecurity",
            "relatedCollection",
        ),
    ] {
        let tables = objects(root, list);
        let homes: BTreeMap<&str, &str> = tables
            .iter()
            .map(|table| (text(table, "$id"), text(table, "databaseId")))
            .collect();
        for table in &tables {
            let place = format!("{}.{}", text(table, "databaseId"), text(table, "$id"));
            if !table.contains_key(security) {
                let message = format!(
                    "without {security} servers take false, and command lines from 13 on true"
                );
                let mend = format!("\"{security}\": false, or true");
                warn(&place, Rule::CliDefault, message, &mend, found);
            }
            for column in objects(table, columns) {
                let place = format!("{place}.{}", text(column, "key"));
                default(&place, column, found);
                kind(&place, column, found);
                let home = homes.get(text(column, related)).copied();
                let elsewhere = home.filter(|home| *home != text(table, "databaseId"));
                if let (Some(home), "relationship") = (elsewhere, text(column, "type")) {
                    let message = format!("the related table stands in another database, {home}");
                    let mend = "keep both in one database, or ids instead of the relationship";
                    warn(&place, Rule::Relationship, message, mend, found);
                }
            }
        }
    }
    for function in objects(root, "functions") {
        for key in PASSING.iter().filter(|key| function.contains_key(**key)) {
            let place = format!("function {}", text(function, "$id"));
            let message = format!("not every command line knows {key}");
            warn(&place, Rule::CliKeys, message, "drop it", found);
        }
    }
}

/// Whether it describes collections by `id`, which no command line reads.
fn is_plain(root: &Map<String, Value>) -> bool {
    let lists = [
        "tablesDB",
        "databases",
        "tables",
        "collections",
        "buckets",
        "functions",
    ];
    let mut items = lists.iter().flat_map(|list| objects(root, list));
    let with_id = |item: &Map<String, Value>| item.contains_key("id") && !item.contains_key("$id");
    !root.contains_key("projectId") && items.any(with_id)
}

fn deletes(root: &Map<String, Value>, found: &mut Vec<Violation>) {
    let kept: Vec<&str> = objects(root, "tablesDB")
        .iter()
        .map(|d| text(d, "$id"))
        .collect();
    let named = objects(root, "databases")
        .into_iter()
        .map(|d| text(d, "$id"));
    let of_tables = ["tables", "collections"].into_iter();
    let of_tables = of_tables.flat_map(|list| objects(root, list));
    let mut lost: Vec<&str> = named
        .chain(of_tables.map(|t| text(t, "databaseId")))
        .collect();
    lost.retain(|id| !id.is_empty() && !kept.contains(id));
    lost.sort_unstable();
    lost.dedup();
    for id in lost {
        let message =
            "tablesDB doesn't name it: pushing tables, or all, deletes it with its data".to_owned();
        let mend = format!("{{\"$id\": \"{id}\", …}} in tablesDB");
        warn(
            &format!("database {id}"),
            Rule::CliDeletes,
            message,
            &mend,
            found,
        );
    }
}

fn default(place: &str, column: &Map<String, Value>, found: &mut Vec<Violation>) {
    let required = column.get("required") == Some(&Value::Bool(true));
    if required && !column.contains_key("default") {
        let message =
            "command lines from 13 on want the default of a required column said".to_owned();
        warn(place, Rule::CliDefault, message, "\"default\": null", found);
    }
}

fn kind(place: &str, column: &Map<String, Value>, found: &mut Vec<Violation>) {
    let (kind, format) = (text(column, "type"), text(column, "format"));
    let mut say = |message: String, mend: &str| {
        warn(place, Rule::CliType, message, mend, found);
    };
    if FORMATS.contains(&kind) {
        let message = format!("no command line takes {kind} for a type, though servers do");
        let mend = format!("\"type\": \"string\", \"format\": \"{kind}\"");
        say(message, &mend);
    } else if kind == "float" {
        say("no command line knows the type float".to_owned(), "double");
    } else if NEW_TYPES.contains(&kind) {
        let message = format!("command lines before 16 don't know the type {kind}");
        say(message, "string with a size, or integer");
    }
    if !FORMATS.contains(&format) && !["", "datetime"].contains(&format) {
        let message = format!("no command line knows the format {format}");
        say(message, "email, url, ip, enum, or none");
    }
}

fn warn(place: &str, rule: Rule, message: String, mend: &str, found: &mut Vec<Violation>) {
    found.push(Violation::new(place, rule, message, mend).warning());
}

fn objects<'a>(of: &'a Map<String, Value>, list: &str) -> Vec<&'a Map<String, Value>> {
    let items = of.get(list).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_object).collect()
}

fn text<'a>(of: &'a Map<String, Value>, key: &str) -> &'a str {
    of.get(key).and_then(Value::as_str).unwrap_or_default()
}
