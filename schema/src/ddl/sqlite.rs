//! Tables of the collections, as SQLite has them.

use std::fmt::Write;

use super::{SEPARATOR, WORDS_SIGN, is_of_lists, words_table};
use crate::{
    Attribute, Collection, DefaultValue, Index, IndexKind, Kind, collections, system_collections,
};

const HEADER: &str = "\
-- The tables of every collection. Generated from the structs in schema/src by
-- `whisper schema export --target sqlite`; a change here would be overwritten.

";

/// The whole script for SQLite: a table per collection, named by its id, followed by its indexes.
///
/// Sizes, bounds and formats are not repeated as constraints: the store validates every write. The
/// text is the same on every run.
pub fn sqlite() -> String {
    let all = collections().iter().chain(system_collections());
    let statements: Vec<_> = all
        .flat_map(|collection| sqlite_collection(collection))
        .collect();
    format!("{HEADER}{};\n", statements.join(SEPARATOR))
}

/// The statements that make one collection's table and indexes.
pub fn sqlite_collection(collection: &Collection) -> Vec<String> {
    let mut left_out = String::new();
    let mut statements = vec![String::new()];
    for index in collection.indexes {
        match why_left_out(collection, index) {
            // In a String, writing can't fail.
            Some(why) => drop(writeln!(left_out, "-- {} is left out: {why}.", index.key)),
            None if index.kind == IndexKind::Words => {
                statements.extend(sqlite_words(collection, index))
            }
            None => statements.push(sqlite_index(collection, index)),
        }
    }
    statements[0] = format!("{left_out}{}", sqlite_table(collection));
    statements
}

fn sqlite_table(collection: &Collection) -> String {
    let never_twice = if collection.monotonic {
        " AUTOINCREMENT"
    } else {
        ""
    };
    let mut columns = vec![
        format!("\"_seq\" INTEGER PRIMARY KEY{never_twice}"),
        "\"_id\" TEXT NOT NULL UNIQUE".to_owned(),
        "\"_revision\" INTEGER NOT NULL DEFAULT 1".to_owned(),
    ];
    columns.extend(collection.attributes.iter().map(sqlite_column));
    format!(
        "CREATE TABLE \"{}\" (\n  {}\n) STRICT",
        collection.id,
        columns.join(",\n  ")
    )
}

fn sqlite_column(attribute: &Attribute) -> String {
    let mut column = format!("\"{}\" {}", attribute.key, sqlite_type(attribute));
    if attribute.not_null() {
        column.push_str(" NOT NULL");
    }
    if let Some(default) = attribute.default {
        column.push_str(" DEFAULT ");
        column.push_str(&sqlite_literal(default));
    }
    column
}

/// Datetimes are milliseconds since 1970 in UTC, booleans 0 or 1, lists JSON.
fn sqlite_type(attribute: &Attribute) -> &'static str {
    match attribute.kind {
        _ if attribute.array => "TEXT",
        Kind::Integer { .. } | Kind::Boolean | Kind::Datetime => "INTEGER",
        Kind::Double { .. } => "REAL",
        Kind::String { .. } | Kind::Enum { .. } | Kind::Email | Kind::Url | Kind::Ip => "TEXT",
        Kind::Bytes { .. } => "BLOB",
    }
}

fn sqlite_literal(default: DefaultValue) -> String {
    match default {
        DefaultValue::Str(text) => format!("'{}'", text.replace('\'', "''")),
        DefaultValue::Int(integer) => integer.to_string(),
        // With its point, so that it isn't taken for an integer.
        DefaultValue::Float(double) => format!("{double:?}"),
        DefaultValue::Bool(boolean) => u8::from(boolean).to_string(),
    }
}

fn sqlite_index(collection: &Collection, index: &Index) -> String {
    let unique = if index.kind == IndexKind::Unique {
        "UNIQUE "
    } else {
        ""
    };
    let columns = index.columns.iter();
    let columns = columns.map(|c| format!("\"{}\" {}", c.attribute, c.order.as_str()));
    let columns = columns.collect::<Vec<_>>().join(", ");
    let (table, key) = (collection.id, index.key);
    format!("CREATE {unique}INDEX \"{table}_{key}\" ON \"{table}\" ({columns})")
}

/// A table of FTS5 and the triggers that keep it. Its rows have the documents' places, and each word has its scope before it: so a
/// word that stands everywhere, or the beginning of one, costs only its places in the scopes that a search names. No
/// language has a say: words stand between blanks.
fn sqlite_words(collection: &Collection, index: &Index) -> Vec<String> {
    let [words, scope, place] = index.columns else {
        return Vec::new();
    };
    let (words, scope, place) = (words.attribute, scope.attribute, place.attribute);
    let (table, found) = (collection.id, words_table(collection, index));
    let terms = |row: &str| {
        format!(
            "replace(rtrim({row}.\"{words}\"), ' ', ' ' || {row}.\"{scope}\" || '{WORDS_SIGN}')"
        )
    };
    let put = format!(
        "INSERT INTO \"{found}\" (rowid, terms) VALUES (new.\"{place}\", {});",
        terms("new")
    );
    let take = format!(
        "INSERT INTO \"{found}\" (\"{found}\", rowid, terms) VALUES ('delete', old.\"{place}\", {});",
        terms("old")
    );
    let trigger = |name: &str, when: &str, steps: &[&str]| {
        format!(
            "CREATE TRIGGER \"{found}_{name}\" AFTER {when} BEGIN\n  {}\nEND",
            steps.join("\n  ")
        )
    };
    let on = |what: &str| format!("{what} ON \"{table}\"");
    let differs = [words, scope, place].map(|key| format!("old.\"{key}\" IS NOT new.\"{key}\""));
    let change = format!("{} WHEN {}", on("UPDATE"), differs.join(" OR "));
    vec![
        format!(
            "CREATE VIRTUAL TABLE \"{found}\" USING fts5 (terms, content = '', columnsize = 0, \
             tokenize = \"ascii tokenchars '-_.{WORDS_SIGN}'\")"
        ),
        // Words of a message that is gone stand in no page of the index. Without it they would until the index is merged.
        format!("INSERT INTO \"{found}\" (\"{found}\", rank) VALUES ('secure-delete', 1)"),
        trigger("in", &on("INSERT"), &[&put]),
        trigger("out", &on("DELETE"), &[&take]),
        trigger("change", &change, &[&take, &put]),
    ]
}

/// The reason for which SQLite can't have an index, if it can't.
fn why_left_out(collection: &Collection, index: &Index) -> Option<&'static str> {
    is_of_lists(collection, index).then_some("SQLite can't index the elements of a JSON array")
}
