//! Documents of every collection with values at the edges of what columns hold, as statements that both databases know, but for bytes.

use std::time::{SystemTime, UNIX_EPOCH};

use whisper_schema::{Attribute, Collection, Hex, Kind, collections, system_collections};
use whisper_store::Dialect;

/// Documents of a collection; of events more than a copy takes at once.
const DOCUMENTS: usize = 3;
const EVENTS: usize = 1201;

fn all() -> impl Iterator<Item = &'static Collection> {
    collections().iter().chain(system_collections()).copied()
}

/// The tables.
pub fn tables() -> impl Iterator<Item = &'static str> {
    all().map(|collection| collection.id)
}

/// The statements that fill them.
pub fn statements(dialect: Dialect) -> impl Iterator<Item = String> {
    all().map(move |collection| of_collection(collection, dialect))
}

fn of_collection(collection: &Collection, dialect: Dialect) -> String {
    let count = match collection.id {
        "events" => EVENTS,
        _ => DOCUMENTS,
    };
    let keys = collection.attributes.iter().map(|each| each.key);
    let own = ["_seq", "_id", "_revision"].into_iter();
    let columns: Vec<String> = own.chain(keys).map(|key| format!("\"{key}\"")).collect();
    let rows: Vec<String> = (0..count).map(|n| row(collection, n, dialect)).collect();
    format!(
        "INSERT INTO \"{}\" ({}) VALUES {}",
        collection.id,
        columns.join(", "),
        rows.join(", ")
    )
}

fn row(collection: &Collection, n: usize, dialect: Dialect) -> String {
    // With gaps, as deleted documents leave them.
    let own = [
        (7 * n + 3).to_string(),
        format!("'{}'", id(collection, n)),
        (n + 1).to_string(),
    ];
    let attributes = collection.attributes.iter();
    let attributes = attributes.map(|each| value(each, n, dialect));
    let values: Vec<String> = own.into_iter().chain(attributes).collect();
    format!("({})", values.join(", "))
}

/// The id of a document: of a collection in parts by turns from before the first of them, from the day after the first ends, and of no part.
fn id(collection: &Collection, n: usize) -> String {
    const DAY: u128 = 24 * 60 * 60 * 1000;
    if collection.parts.is_none() || n.is_multiple_of(3) {
        return format!("{}-{n}", collection.id);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let days = match n % 3 {
        1 => 0,
        _ => now.as_millis() / DAY + 3,
    };
    let hex = format!("{:012x}", days * DAY);
    format!("{}-{}-7000-8000-{n:012}", &hex[..8], &hex[8..])
}

fn value(attribute: &Attribute, n: usize, dialect: Dialect) -> String {
    if attribute.array {
        return [
            "'[]'".to_owned(),
            "'[\"ä\",\"🙂\"]'".to_owned(),
            "'[0.1, 1]'".to_owned(),
        ][n % 3]
            .clone();
    }
    if n == 1 && !attribute.not_null() {
        return "NULL".to_owned();
    }
    match attribute.kind {
        Kind::Integer { .. } | Kind::Datetime => match n {
            // SQLite's place of words, and all that is unique, differ.
            0 => (i64::MIN + 1).to_string(),
            2 => i64::MAX.to_string(),
            n => n.to_string(),
        },
        Kind::Boolean => ["1 = 1", "1 = 0"][n % 2].to_owned(),
        Kind::Double { .. } => ["0.1", "1e300", "-0.0"][n % 3].to_owned(),
        Kind::Bytes { .. } => {
            let bytes: [&[u8]; 3] = [b"", b"\x00\xff'\\", b"x"];
            match dialect {
                Dialect::Postgres => format!("'\\x{}'::bytea", Hex(bytes[n % 3])),
                _ => format!("x'{}'", Hex(bytes[n % 3])),
            }
        }
        _ => match n {
            0 => "''".to_owned(),
            2 => "'it''s \\ \"quoted\", ä 🙂\n\t\u{1}'".to_owned(),
            n => format!("'{n}'"),
        },
    }
}
