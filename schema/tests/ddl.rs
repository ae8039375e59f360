//! The script for SQLite, and the migrations that lead to the same tables.

#![allow(clippy::expect_used)] // In helpers: clippy only spares the tests themselves.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Once;

use rusqlite::{Connection, Row};
use whisper_schema::{MIGRATIONS, collections, ddl, stats, system_collections};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn database(script: &str) -> Connection {
    let database = Connection::open_in_memory().expect("a database");
    for statement in script.split(ddl::SEPARATOR) {
        database.execute(statement, []).expect(statement);
    }
    database
}

/// Rewrites the checked-in files, if `WHISPER_BLESS` asks for it: `1` for the script, `initial` for the first migration
/// too, which is only right while no release has run it.
fn bless() {
    static ONCE: Once = Once::new();
    let bless = std::env::var("WHISPER_BLESS").unwrap_or_default();
    ONCE.call_once(|| {
        if bless == "1" || bless == "initial" {
            fs::write(here("generated/sqlite.sql"), ddl::sqlite()).expect("the script is written");
        }
        if bless == "initial" {
            let script = ddl::sqlite();
            let (_, statements) = script.split_once("\n\n").expect("a header");
            let frozen = format!(
                "-- The tables of the first release. Frozen: databases have run it.\n\n{statements}"
            );
            fs::write(here("migrations/sqlite/0001_initial.sql"), frozen)
                .expect("the migration is written");
        }
    });
}

/// By the files, which may be newer than the migrations that were compiled in.
fn migrated() -> Connection {
    let database = Connection::open_in_memory().expect("a database");
    for file in migration_files() {
        let sql = fs::read_to_string(here("migrations/sqlite").join(&file)).expect("the migration");
        database.execute_batch(&sql).expect(&file);
    }
    database
}

fn migration_files() -> Vec<String> {
    let entries = fs::read_dir(here("migrations/sqlite")).expect("the folder");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    let mut files: Vec<_> = entries
        .map(|e| name(e).into_string().expect("a name"))
        .collect();
    files.sort();
    files
}

fn rows<T>(database: &Connection, sql: &str, row: fn(&Row) -> rusqlite::Result<T>) -> Vec<T> {
    let mut statement = database.prepare(sql).expect(sql);
    let rows = statement.query_map([], row).expect(sql);
    rows.collect::<Result<_, _>>().expect(sql)
}

fn tables(database: &Connection) -> Vec<String> {
    let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' \
               AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    rows(database, sql, |row| row.get(0))
}

/// The columns and indexes of a table, made by any statements: `ALTER TABLE` leaves another text, and puts new columns
/// last.
fn shape(database: &Connection, table: &str) -> BTreeMap<String, String> {
    let columns = format!(
        "SELECT 'column ' || name, type || ' ' || \"notnull\" || ' ' || pk || ' ' || ifnull(dflt_value, '') \
         FROM pragma_table_info('{table}')"
    );
    let indexes = format!(
        "SELECT 'index ' || i.name, i.\"unique\" || ' ' || \
         group_concat(c.name || ' ' || c.\"desc\", ', ' ORDER BY c.seqno) \
         FROM pragma_index_list('{table}') i, pragma_index_xinfo(i.name) c WHERE c.key GROUP BY i.name"
    );
    let options = format!(
        "SELECT 'options', t.strict || ' ' || (m.sql LIKE '%AUTOINCREMENT%') \
         FROM pragma_table_list('{table}') t, sqlite_schema m WHERE m.name = t.name"
    );
    let pair = |row: &Row| Ok((row.get(0)?, row.get(1)?));
    [columns, indexes, options]
        .iter()
        .flat_map(|sql| rows(database, sql, pair))
        .collect()
}

/// The tables of words, and the triggers that keep them.
fn words(database: &Connection) -> Vec<(String, String)> {
    let sql = "SELECT name, sql FROM sqlite_schema \
               WHERE type = 'trigger' OR name IN (SELECT name FROM pragma_table_list WHERE type = 'virtual') \
               ORDER BY name";
    rows(database, sql, |row| Ok((row.get(0)?, row.get(1)?)))
}

#[test]
fn checked_in_script_is_fresh() {
    bless();
    let checked_in = fs::read_to_string(here("generated/sqlite.sql")).expect("the script is there");
    let remedy =
        "schema/generated/sqlite.sql is stale: run `WHISPER_BLESS=1 cargo test -p whisper-schema`";
    assert!(checked_in == ddl::sqlite(), "{remedy}");
}

#[test]
fn migrations_lead_to_the_same_tables() {
    bless();
    let (declared, migrated) = (database(&ddl::sqlite()), migrated());
    let remedy =
        "the structs and the migrations differ: add a migration (schema/README.md says how)";
    assert_eq!(tables(&migrated), tables(&declared), "{remedy}");
    for table in tables(&declared) {
        assert_eq!(
            shape(&migrated, &table),
            shape(&declared, &table),
            "{table}: {remedy}"
        );
    }
    assert_eq!(words(&migrated), words(&declared), "{remedy}");
}

#[test]
fn migrations_are_numbered_without_gaps_and_all_listed() {
    let listed: Vec<_> = MIGRATIONS
        .iter()
        .map(|m| format!("{:04}_{}.sql", m.number, m.name))
        .collect();
    let numbers: Vec<_> = MIGRATIONS.iter().map(|m| m.number).collect();
    assert_eq!(numbers, (1..=numbers.len() as u32).collect::<Vec<_>>());
    assert_eq!(migration_files(), listed);
}

#[test]
fn every_collection_has_its_table() {
    let database = database(&ddl::sqlite());
    let all = || collections().iter().chain(system_collections());
    let mut ids: Vec<_> = all().map(|c| c.id.to_owned()).collect();
    ids.sort();
    assert_eq!(tables(&database), ids);
    for collection in all() {
        let shape = shape(&database, collection.id);
        let columns = shape
            .keys()
            .filter(|key| key.starts_with("column "))
            .count();
        assert_eq!(
            columns,
            collection.attributes.len() + 3,
            "{}",
            collection.id
        );
        assert!(
            shape["options"].starts_with("1 "),
            "{} is strict",
            collection.id
        );
    }
}

#[test]
fn every_index_but_those_on_lists_and_of_words() {
    let database = database(&ddl::sqlite());
    let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
    let made = rows(&database, sql, |row| row.get::<_, u32>(0));
    let stats = stats();
    assert_eq!(
        made,
        [(stats.indexes + stats.system_indexes - 3 - 2) as u32]
    );
    let script = ddl::sqlite();
    let left_out = script.lines().filter(|line| line.contains("is left out"));
    let keys: Vec<_> = left_out.filter_map(|line| line.split(' ').nth(1)).collect();
    assert_eq!(keys, ["idx_hashtags", "idx_tags", "idx_tags"]);
}

#[test]
fn columns_have_the_declared_types_and_defaults() {
    let shape = shape(&database(&ddl::sqlite()), "stickerPacks");
    assert_eq!(shape["column name"], "TEXT 1 0 ");
    assert_eq!(shape["column description"], "TEXT 0 0 ");
    assert_eq!(shape["column tags"], "TEXT 1 0 ");
    assert_eq!(shape["column price"], "REAL 1 0 0.0");
    assert_eq!(shape["column isPublic"], "INTEGER 1 0 1");
    assert_eq!(shape["column stickerCount"], "INTEGER 1 0 0");
    assert_eq!(shape["column createdAt"], "INTEGER 0 0 ");
    assert_eq!(shape["column _revision"], "INTEGER 1 0 1");
    assert_eq!(shape["column _seq"], "INTEGER 0 1 ");
    assert_eq!(shape["index stickerPacks_idx_creatorId"], "0 creatorId 0");
}

#[test]
fn indexes_keep_their_order_and_uniqueness() {
    let database = database(&ddl::sqlite());
    let messages = shape(&database, "messages");
    assert_eq!(
        messages["index messages_idx_conversation_time"],
        "0 conversationId 0, createdAt 1"
    );
    let wallets = shape(&database, "wallets");
    assert_eq!(
        wallets["index wallets_idx_address_unique"],
        "1 address 0, chain 0"
    );
}

#[test]
fn words_follow_their_documents() {
    let database = database(&ddl::sqlite());
    let run = |sql: &str| database.execute(sql, []).expect(sql);
    let found = |question: &str| {
        let sql = format!(
            "SELECT rowid FROM searchEntries_idx_words WHERE searchEntries_idx_words MATCH '{question}' ORDER BY rowid DESC"
        );
        rows(&database, &sql, |row| row.get::<_, i64>(0))
    };
    for (id, place, words) in [
        ("a", 7, " große welt "),
        ("b", 9, " welt "),
        ("c", 8, " 東京 京 "),
    ] {
        run(&format!(
            "INSERT INTO searchEntries (_id, conversationId, position, senderId, kind, hasMedia, hasLink, words, sentAt) \
             VALUES ('{id}', 'C-1.x_y', {place}, 's', 'text', 0, 0, '{words}', 0)"
        ));
    }
    assert_eq!(found("\"c-1.x_y=welt\""), [9, 7]);
    assert_eq!(found("\"c-1.x_y=gr\"*"), [7]);
    assert_eq!(found("\"c-1.x_y=große c-1.x_y=we\"*"), [7]);
    assert_eq!(found("\"c-1.x_y=東京\" OR \"c-1.x_y=none\""), [8]);
    assert_eq!(found("\"welt\""), [0; 0]);
    run("UPDATE searchEntries SET words = ' neu ' WHERE _id = 'b'");
    run("UPDATE searchEntries SET senderId = 't'");
    run("DELETE FROM searchEntries WHERE _id = 'c'");
    assert_eq!(found("\"c-1.x_y=welt\""), [7]);
    assert_eq!(found("\"c-1.x_y=neu\""), [9]);
    assert_eq!(found("\"c-1.x_y=東京\""), [0; 0]);
    run("INSERT INTO searchEntries_idx_words (searchEntries_idx_words) VALUES ('integrity-check')");
}

/// A consumer's cursor would skip events whose numbers were given before.
#[test]
fn numbers_of_events_are_never_given_twice() {
    let database = database(&ddl::sqlite());
    let insert = "INSERT INTO events (_id, kind, subject, payload, createdAt) VALUES ('e', 'k', 's', '{}', 0)";
    for expected in 1..=3 {
        database.execute(insert, []).expect("inserted");
        assert_eq!(database.last_insert_rowid(), expected);
        database.execute("DELETE FROM events", []).expect("deleted");
    }
}

/// A member that had read up to a time has read all messages of that time.
#[test]
fn members_keep_their_place_when_positions_come() {
    let database = Connection::open_in_memory().expect("a database");
    for migration in MIGRATIONS.iter().filter(|m| m.number < 6) {
        database.execute_batch(migration.sql).expect(migration.name);
    }
    for (message, at) in [("a", 10), ("b", 20), ("c", 20), ("d", 30)] {
        let sql = format!(
            "INSERT INTO messages (_id, conversationId, senderId, content, contentType, mediaUrls, mediaFileIds, \
             deletedFor, mentions, links, readBy, deliveredTo, expiresAt, createdAt) \
             VALUES ('{message}', 'c', 's', '', 'text', '[]', '[]', '[]', '[]', '[]', '[]', '[]', {at}00, {at})"
        );
        database.execute(&sql, []).expect("a message");
    }
    for (member, joined, read) in [("read", 1, "20"), ("never", 1, "NULL"), ("late", 25, "10")] {
        let sql = format!(
            "INSERT INTO conversationMembers (_id, conversationId, userId, joinedAt, lastReadAt) \
             VALUES ('{member}', 'c', '{member}', {joined}, {read})"
        );
        database.execute(&sql, []).expect("a member");
    }
    let migration = MIGRATIONS[5];
    database.execute_batch(migration.sql).expect(migration.name);
    let of = |column: &str, table: &str| {
        let sql = format!("SELECT _id, {column} FROM {table} ORDER BY _id");
        rows(&database, &sql, |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Option<i64>>(1)?))
        })
    };
    let places = |late, never, read| {
        [("late", late), ("never", never), ("read", read)].map(|(id, at)| (id.to_owned(), at))
    };
    let members = "conversationMembers";
    assert_eq!(of("readPosition", members), places(Some(1), None, Some(3)));
    assert_eq!(of("joinedPosition", members), places(Some(3), None, None));
    let ends = of("expiresAt", "messageExpiries");
    assert_eq!(ends[0], ("a".to_owned(), Some(1000)));
    assert_eq!(ends.len(), 4);
    database
        .execute("DELETE FROM messages", [])
        .expect("deleted");
    let again = "INSERT INTO messages SELECT NULL, _id, 1, 'c', 's', '', 'text', NULL, '[]', '[]', NULL, NULL, NULL, \
                 NULL, NULL, NULL, NULL, NULL, '[]', 0, 0, NULL, NULL, '[]', '[]', '[]', '[]', 'sent', NULL, 1, NULL \
                 FROM messageExpiries LIMIT 1";
    database.execute(again, []).expect("a message");
    assert_eq!(database.last_insert_rowid(), 5, "no place is given twice");
}
