//! Tables of the collections, as PostgreSQL has them.

use std::fmt::Write;

use super::{SEPARATOR, is_of_lists, parts};
use crate::{
    Attribute, Collection, DefaultValue, Index, IndexKind, Kind, Order, collections,
    system_collections,
};

const HEADER: &str = "\
-- The tables of every collection, for PostgreSQL. Generated from the structs in schema/src by
-- `whisper schema export --target postgres`; a change here would be overwritten.

";

/// The functions that the store calls, and its clock.
///
/// A document's place in the commit order is the number of its transaction, with an offset, and a number within it: so places are never given twice, and
/// everything is there below the place of the oldest transaction that still runs. The time of commits is kept in a sequence, which no
/// transaction locks.
const FUNCTIONS: [&str; 8] = [
    "CREATE SEQUENCE _clock MINVALUE 0 START 0",
    // Documents that came from another database have their places from there: a copy puts a number here that has all later ones behind them.
    "CREATE FUNCTION whisper_offset() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 0::bigint
$$",
    "CREATE FUNCTION whisper_seq() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  n bigint := coalesce(nullif(current_setting('whisper.documents', true), ''), '0');
BEGIN
  IF n >= 16384 THEN
    RAISE EXCEPTION 'a commit has more than 16384 new documents' USING ERRCODE = '54000';
  END IF;
  PERFORM set_config('whisper.documents', (n + 1)::text, true);
  RETURN ((pg_current_xact_id()::text::bigint + whisper_offset()) << 14) | n;
END $$",
    "CREATE FUNCTION whisper_settled() RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + whisper_offset()) << 14
$$",
    "CREATE FUNCTION whisper_lock(ids text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF ids IS NULL THEN
    PERFORM pg_advisory_xact_lock(7742907356801);
  ELSE
    PERFORM pg_advisory_xact_lock_shared(7742907356801);
    PERFORM pg_advisory_xact_lock(id::bigint) FROM unnest(ids) AS id;
  END IF;
END $$",
    // A time more than a day ahead is the error of a clock that was mended since.
    "CREATE FUNCTION whisper_time(clock bigint) RETURNS bigint LANGUAGE sql AS $$
  SELECT CASE WHEN last_value BETWEEN clock AND clock + 86400000 THEN last_value ELSE clock END FROM _clock
$$",
    // The lock is held for these lines alone, not until the end of the transaction.
    "CREATE FUNCTION whisper_time_given(given bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF given = (SELECT last_value FROM _clock) THEN
    RETURN;
  END IF;
  PERFORM pg_advisory_lock(7742907356802);
  IF (SELECT last_value NOT BETWEEN given AND given + 86400000 FROM _clock) THEN
    PERFORM setval('_clock', given);
  END IF;
  PERFORM pg_advisory_unlock(7742907356802);
EXCEPTION WHEN query_canceled OR OTHERS THEN
  PERFORM pg_advisory_unlock(7742907356802);
  RAISE;
END $$",
    "CREATE FUNCTION whisper_lexemes(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_to_tsvector(array_remove(string_to_array(words, ' '), ''))
$$",
];

/// The whole script for PostgreSQL from 14 on: the functions that the store calls, and a table per collection, named by its id, followed
/// by its indexes.
///
/// Sizes, bounds and formats are not repeated as constraints: the store validates every write. The text is the same on every run.
pub fn postgres() -> String {
    let functions = FUNCTIONS.iter().chain(&parts::FUNCTIONS);
    let functions = functions.map(|each| (*each).to_owned());
    let all = collections().iter().chain(system_collections());
    let statements: Vec<String> = functions
        .chain(all.flat_map(|each| postgres_collection(each)))
        .collect();
    format!("{HEADER}{};\n", statements.join(SEPARATOR))
}

/// The statements that make one collection's table and indexes.
pub fn postgres_collection(collection: &Collection) -> Vec<String> {
    let mut left_out = String::new();
    let mut statements = vec![String::new()];
    for index in collection.indexes {
        if index.kind == IndexKind::Words {
            statements.extend(words(collection, index));
        } else if is_of_lists(collection, index) {
            let why = "the elements of a JSON array have no index";
            // In a String, writing can't fail.
            let _ = writeln!(left_out, "-- {} is left out: {why}.", index.key);
        } else {
            statements.push(self::index(collection, index));
        }
    }
    statements[0] = format!("{left_out}{}", table(collection));
    if let Some(declared) = collection.parts {
        statements.push(parts::begin(collection, declared));
    }
    statements
}

fn table(collection: &Collection) -> String {
    // Parts have keys of their own: an index of the whole would have to name the column that they are made by.
    let (key, by) = match collection.parts {
        Some(_) => ("NOT NULL", " PARTITION BY RANGE (\"_id\")"),
        None => ("PRIMARY KEY", ""),
    };
    let mut columns = vec![
        format!("\"_seq\" BIGINT {key} DEFAULT whisper_seq()"),
        format!(
            "\"_id\" TEXT COLLATE \"C\" NOT NULL CONSTRAINT \"{}__id\" UNIQUE",
            collection.id
        ),
        "\"_revision\" BIGINT NOT NULL DEFAULT 1".to_owned(),
    ];
    columns.extend(collection.attributes.iter().map(column));
    format!(
        "CREATE TABLE \"{}\" (\n  {}\n){by}",
        collection.id,
        columns.join(",\n  ")
    )
}

fn column(attribute: &Attribute) -> String {
    let mut column = format!("\"{}\" {}", attribute.key, column_type(attribute));
    if attribute.not_null() {
        column.push_str(" NOT NULL");
    }
    if let Some(default) = attribute.default {
        column.push_str(" DEFAULT ");
        column.push_str(&literal(default));
    }
    column
}

/// Datetimes are milliseconds since 1970 in UTC, lists JSON. Text is ordered by code point, as elsewhere.
fn column_type(attribute: &Attribute) -> &'static str {
    match attribute.kind {
        _ if attribute.array => "TEXT COLLATE \"C\"",
        Kind::Integer { .. } | Kind::Datetime => "BIGINT",
        Kind::Boolean => "BOOLEAN",
        Kind::Double { .. } => "DOUBLE PRECISION",
        Kind::String { .. } | Kind::Enum { .. } | Kind::Email | Kind::Url | Kind::Ip => {
            "TEXT COLLATE \"C\""
        }
        Kind::Bytes { .. } => "BYTEA",
    }
}

fn literal(default: DefaultValue) -> String {
    match default {
        DefaultValue::Str(text) => format!("'{}'", text.replace('\'', "''")),
        DefaultValue::Int(integer) => integer.to_string(),
        DefaultValue::Float(double) => format!("{double:?}"),
        DefaultValue::Bool(boolean) => boolean.to_string(),
    }
}

/// NULLs are least, as the store promises. Ties are broken by the commit order, which SQLite has in each index by itself.
fn index(collection: &Collection, index: &Index) -> String {
    let is_unique = index.kind == IndexKind::Unique;
    let unique = if is_unique { "UNIQUE " } else { "" };
    let own = index.columns.iter().map(|column| {
        let can_be_null = collection
            .attribute(column.attribute)
            .is_some_and(|attribute| !attribute.not_null());
        let nulls = match (can_be_null, column.order) {
            (false, _) => "",
            (true, Order::Asc) => " NULLS FIRST",
            (true, Order::Desc) => " NULLS LAST",
        };
        format!("\"{}\" {}{nulls}", column.attribute, column.order.as_str())
    });
    let last = index.columns.last().filter(|_| !is_unique);
    let tie = last.map(|column| format!("\"_seq\" {}", column.order.as_str()));
    let columns = own.chain(tie).collect::<Vec<_>>().join(", ");
    let (table, key) = (collection.id, index.key);
    format!("CREATE {unique}INDEX \"{table}_{key}\" ON \"{table}\" ({columns})")
}

/// The index of words: which documents have a word anywhere, and those of a scope by their place.
fn words(collection: &Collection, index: &Index) -> Vec<String> {
    let [words, scope, place] = index.columns else {
        return Vec::new();
    };
    let (table, key) = (collection.id, index.key);
    vec![
        format!(
            "CREATE INDEX \"{table}_{key}\" ON \"{table}\" USING gin (whisper_lexemes(\"{}\"))",
            words.attribute
        ),
        format!(
            "CREATE INDEX \"{table}_{key}_place\" ON \"{table}\" (\"{}\", \"{}\")",
            scope.attribute, place.attribute
        ),
    ]
}
